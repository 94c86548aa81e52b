"""The jobstore in memory; due times that pass while no process runs are not recorded."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager

from apscheduler.job import Job
from apscheduler.jobstores.memory import MemoryJobStore
from sqlalchemy.orm import Session

from ..host import Database, Settings, lock_ledger

KEPT = False
"""Whether due times are recorded later that passed while no process ran."""
WITH_LEDGER = False
"""Whether it advances in the ledger's transaction; else after it, so that no due time is lost."""


class JobStore(MemoryJobStore):
    """A store without transactions: each change takes effect at once."""

    def __init__(self, database: Database) -> None:
        """Start empty; `database` has the ledger."""
        super().__init__()
        self._database = database

    @contextmanager
    def one_transaction(self) -> Generator[Session, None, None]:
        """Open a transaction under the ledger lock, for what the block writes to the ledger."""
        with self._database.transaction() as session:
            lock_ledger(session.connection())
            yield session

    def update_jobs(self, jobs: Sequence[Job]) -> None:
        """Update jobs."""
        for job in jobs:
            self.update_job(job)

    def run_times(self) -> dict[str, float]:
        """Return the next due time of each job of this process, as a timestamp."""
        return {job.id: job.next_run_time.timestamp() for job in self.get_all_jobs()}

    def planned(self) -> dict[str, float]:
        """Return the same: the memory of another process cannot be read."""
        return self.run_times()


def make_store(settings: Settings, database: Database) -> JobStore:
    """Return the store."""
    del settings
    return JobStore(database)
