"""The jobstore in memory; due times that pass while no process runs are not recorded."""

from contextlib import AbstractContextManager, nullcontext

from apscheduler.jobstores.memory import MemoryJobStore

from ..host import Database, Settings

DECLARED = "default"
"""Alias of the store."""
KEPT = False
"""Whether due times are recorded later that passed while no process ran."""


class JobStore(MemoryJobStore):
    """A store without transactions: each change takes effect at once."""

    def one_transaction(self) -> AbstractContextManager[None]:
        """Do nothing: no other process has this store."""
        return nullcontext()

    def run_times(self) -> dict[str, float]:
        """Return the next due time of each job of this process, as a timestamp."""
        return {job.id: job.next_run_time.timestamp() for job in self.get_all_jobs()}

    def planned(self) -> dict[str, float]:
        """Return the same: the memory of another process cannot be read."""
        return self.run_times()


def make_stores(settings: Settings, database: Database) -> dict[str, JobStore]:
    """Return the store by its alias."""
    del settings, database
    return {DECLARED: JobStore()}
