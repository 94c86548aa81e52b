"""What becomes of due times: run, missed, coalesced, skipped; all recorded (S7, S12, S13)."""

import logging
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ..background import ledger
from ..background.claim import slots_in_use
from ..background.models import State
from ..background.work import Registry
from .job import Job

logger = logging.getLogger(__name__)

MOST_RECORDED = 100
"""Of one catch-up; the oldest row of a longer one tells how many came before it."""


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


def record(session: Session, job: Job, due_times: Sequence[datetime], now: datetime) -> list[State]:
    """Write due times of a job to the ledger; give the states of those that were new to it."""
    busy = slots_in_use(session, now)[job.name] >= job.max_instances
    earlier, recorded = due_times[:-MOST_RECORDED], due_times[-MOST_RECORDED:]
    note = f"and {len(earlier)} due times before this one" if earlier else None
    written = []
    for moment, state in zip(recorded, decide(recorded, now, job, busy=busy), strict=True):
        jitter = timedelta(seconds=random.uniform(0, job.jitter.total_seconds()))  # noqa: S311
        key = f"{job.name} {moment.isoformat()}"
        run_id = ledger.add(
            session, job, now, due_at=moment, delay=jitter, key=key, state=state, error=note
        )
        if run_id is not None:
            written.append(state)
        note = None
    return written


def record_repeat(
    session: Session, registry: Registry, due_at: datetime, now: datetime, stored: Mapping[str, str]
) -> list[State]:
    """Queue a task for a schedule that was added at run time; the last due time counts."""
    task = registry.get(stored["task"])
    if task is None:
        logger.error("repeat %(name)s: there is no task %(task)s any more; cancel it", stored)
        return []
    key = f"repeat {stored['name']} {due_at.isoformat()}"
    run_id = ledger.add(session, task, now, due_at=due_at, key=key, payload=stored["payload"])
    return [State.QUEUED] if run_id else []
