"""Decides for each due time: run, missed, coalesced or skipped (S7, S12, S20).

All are counted. Of many with the same result, as after days without a process, only the newest get
a row each; the oldest of these rows counts the earlier ones.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from ..claim import slots_in_use
from ..host import notify
from ..ledger import row
from ..models import UNFINISHED, Run, State
from ..work import Registry
from .job import Job
from .models import PausedJob
from .schedules import Schedule

MOST_AT_ONCE = 10_000
"""One pass takes so many due times of a job; the next pass continues."""
MOST_ROWS = 100
"""So many consecutive due times that are not run get a row each."""


@dataclass(frozen=True, slots=True)
class Due:
    """A job's due times in UTC, oldest first."""

    name: str
    moments: Sequence[datetime]


def due_times(schedule: Schedule, first: datetime, now: datetime) -> list[datetime]:
    """Return the due times from `first` to `now`, up to MOST_AT_ONCE."""
    moments: list[datetime] = []
    moment: datetime | None = first
    while moment is not None and moment <= now and len(moments) < MOST_AT_ONCE:
        moments.append(moment.astimezone(UTC))
        moment = schedule.next_after(moment)
    return moments


def decide(due_times: Sequence[datetime], now: datetime, job: Job, *, busy: bool) -> list[State]:
    """Return the state for each due time, oldest first; `busy`: all its slots are taken."""
    late = [moment < now - job.misfire_grace for moment in due_times]
    states = [State.MISSED if missed else State.COALESCED for missed in late]
    for index, state in enumerate(states):
        last = index == len(states) - 1
        if state is State.COALESCED and (last or not job.coalesce):
            states[index] = State.SKIPPED if busy else State.QUEUED
    return states


def record(
    session: Session, due: Sequence[Due], registry: Registry, now: datetime
) -> list[tuple[str, State]]:
    """Write due times to the ledger; return the name and state of each new one.

    Call it under the ledger lock, so that no other process records them at the same time.
    """
    paused = set(session.scalars(select(PausedJob.name)))
    used = slots_in_use(session)
    queued = select(Run.name).where(UNFINISHED, Run.state == State.QUEUED, Run.attempt == 0)
    waiting = set(session.scalars(queued.distinct()))
    written: list[tuple[str, State]] = []
    rows: list[dict[str, Any]] = []
    for each in _new(session, [each for each in due if each.name not in paused]):
        job = registry[each.name]
        if isinstance(job, Job) and each.moments:
            states = decide(each.moments, now, job, busy=used[each.name] >= job.max_instances)
            if job.coalesce and each.name in waiting:  # merged into the run that waits
                states = [State.COALESCED if s is State.QUEUED else s for s in states]
            rows += _rows(job, each.moments, states, now)
            written += [(each.name, state) for state in states]
    if rows:
        session.execute(insert(Run), rows)
        notify(session.connection())
    return written


def _new(session: Session, due: Sequence[Due]) -> Iterator[Due]:
    """Leave out due times that the ledger has, as a row or counted in one."""
    spans: dict[tuple[datetime, datetime], list[str]] = {}
    for each in due:  # most jobs have the same, so this is one query
        spans.setdefault((each.moments[0], each.moments[-1]), []).append(each.name)
    known: defaultdict[str, dict[datetime, int]] = defaultdict(dict)
    recorded = select(Run.name, Run.due_at, Run.earlier).where(Run.unique_key.is_not(None))
    for (first, last), names in spans.items():
        of_jobs = recorded.where(Run.name.in_(names), Run.due_at.between(first, last))
        for name, moment, earlier in session.execute(of_jobs):
            known[name][moment] = earlier
    for each in due:
        of_job = known[each.name]
        counted = max((moment for moment, earlier in of_job.items() if earlier), default=None)
        new = [moment for moment in each.moments if moment not in of_job]
        yield Due(each.name, [at for at in new if counted is None or at > counted])


def _rows(
    job: Job, moments: Sequence[datetime], states: Sequence[State], now: datetime
) -> Iterator[dict[str, Any]]:
    for state, group in groupby(zip(states, moments, strict=True), key=lambda pair: pair[0]):
        alike = [moment for _, moment in group]
        shown = alike if state is State.QUEUED else alike[-MOST_ROWS:]
        for moment in shown:
            jitter = timedelta(seconds=random.uniform(0, job.jitter.total_seconds()))  # noqa: S311
            yield row(job, now, at=moment, delay=jitter) | {
                "unique_key": f"{job.name} {moment.isoformat()}",
                "state": state,
                "earlier": len(alike) - len(shown) if moment == shown[0] else 0,
                "finished_at": None if state is State.QUEUED else now,
            }
