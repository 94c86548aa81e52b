"""The jobstore in memory: due times that pass while no process runs are not made up for."""

from contextlib import AbstractContextManager, nullcontext

from apscheduler.jobstores.memory import MemoryJobStore

from ..host import Database, Settings

DECLARED = "default"
"""Alias of the store."""
KEPT = False
"""Due times that pass while no process runs are made up for."""


class JobStore(MemoryJobStore):
    """Changes at once what is changed in a transaction."""

    def one_transaction(self) -> AbstractContextManager[None]:
        """Do nothing: there is nothing to wait for."""
        return nullcontext()

    def run_times(self) -> dict[str, float]:
        """Give the next due time of each job that this process has, as a timestamp."""
        return {job.id: job.next_run_time.timestamp() for job in self.get_all_jobs()}

    def planned(self) -> dict[str, float]:
        """Give the same: what another process has in memory cannot be known."""
        return self.run_times()


def make_stores(settings: Settings, database: Database) -> dict[str, JobStore]:
    """Make the store, by its alias; nothing is needed for it."""
    del settings, database
    return {DECLARED: JobStore()}
