"""What becomes of due times: run, missed, coalesced, skipped; all recorded (S7, S12, S13)."""

import logging
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..background import ledger
from ..background.claim import slots_in_use
from ..background.models import Run, State
from ..background.work import Registry
from ..engine import lock_ledger
from .job import Job
from .models import PausedJob

logger = logging.getLogger(__name__)

MOST_RECORDED = 100
"""Of one catch-up; the oldest row of a longer one tells how many came before it."""


@dataclass(frozen=True, slots=True)
class Due:
    """A job's due times in UTC, oldest first, and the arguments that are stored with it."""

    name: str
    moments: Sequence[datetime]
    stored: Mapping[str, str]


def decide(due_times: Sequence[datetime], now: datetime, job: Job, *, busy: bool) -> list[State]:
    """Say what becomes of each due time, oldest first.

    `busy` tells that `max_instances` runs are under way.
    """
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
    """Write due times to the ledger; give the name and state of those that were new to it."""
    lock_ledger(session.connection())
    paused = set(session.scalars(select(PausedJob.name)))
    used = slots_in_use(session)
    queued = select(Run.name).where(Run.state == State.QUEUED, Run.attempt == 0).distinct()
    waiting = set(session.scalars(queued))
    written: list[tuple[str, State]] = []
    for each in due:
        work = registry.get(each.stored.get("task", each.name))
        if work is None:
            logger.error("%s repeats a task that is gone; cancel it", each.name)
        elif not isinstance(work, Job):
            key = f"repeat {each.name} {each.moments[-1].isoformat()}"
            payload = each.stored["payload"]
            ledger.add(session, work, now, due_at=each.moments[-1], key=key, payload=payload)
        elif each.name not in paused:
            busy = used[each.name] >= work.max_instances
            states = decide(each.moments[-MOST_RECORDED:], now, work, busy=busy)
            if work.coalesce and each.name in waiting:  # folded into the run that nobody began yet
                states = [State.COALESCED if s is State.QUEUED else s for s in states]
            written += [(each.name, s) for s in _record(session, work, each, now, states)]
    return written


def _record(
    session: Session, job: Job, due: Due, now: datetime, states: Sequence[State]
) -> Iterator[State]:
    earlier, moments = due.moments[:-MOST_RECORDED], due.moments[-MOST_RECORDED:]
    note = f"and {len(earlier)} due times before this one" if earlier else None
    for moment, state in zip(moments, states, strict=True):
        jitter = timedelta(seconds=random.uniform(0, job.jitter.total_seconds()))  # noqa: S311
        key = f"{job.name} {moment.isoformat()}"
        run_id = ledger.add(
            session, job, now, due_at=moment, delay=jitter, key=key, state=state, error=note
        )
        if run_id is not None:
            yield state
        note = None
