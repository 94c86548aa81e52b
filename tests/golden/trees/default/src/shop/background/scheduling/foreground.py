"""Runs one job in this process, in the thread of the caller; `python -m PACKAGE.jobs run` does."""

from datetime import UTC, datetime

from ..claim import Claimed, slots_in_use
from ..execution import no_observer
from ..host import Database, Settings, lock_ledger
from ..ledger import row
from ..models import Run, State
from ..runner import Runner
from ..work import Registry
from .job import Job


class BusyError(Exception):
    """As many runs of the job run already as may run at once."""


def run_here(
    job: Job, due_at: datetime, settings: Settings, database: Database, registry: Registry
) -> State:
    """Run the job once, for a due time in UTC; return the state of the run.

    No other process starts the run, and this one starts no other. It is recorded like any other.
    Raises BusyError.
    """
    runner = Runner(settings, database, registry, no_observer)
    runner.intake.closed = True  # it starts nothing that is queued
    run = _start(job, due_at, database, runner.owner)
    attempt = runner.intake.add(run, job)  # before the first beat, which would call it cut off
    runner.start()
    try:
        runner.intake.call(attempt)
    finally:
        runner.stop()
    with database.snapshot() as session:
        return session.get_one(Run, run.id).state


def _start(job: Job, due_at: datetime, database: Database, owner: str) -> Claimed:
    """Insert a run that has started already, so that nobody else can claim it."""
    now = datetime.now(UTC)
    values = row(job, now, at=due_at, delay=now - due_at) | {"state": State.RUNNING, "attempt": 1}
    with database.transaction() as session:
        lock_ledger(session.connection())
        if slots_in_use(session)[job.name] >= job.max_instances:
            raise BusyError(f"{job.name} runs already, max_instances={job.max_instances}")
        session.add(run := Run(**values, started_at=now, owner=owner, held_by=owner))
    return Claimed(run.id, run.kind, run.name, run.attempt, run.due_at, None, owner)
