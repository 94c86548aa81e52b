"""The jobstore in memory: due times that pass while no process runs are not made up for."""

from contextlib import AbstractContextManager, nullcontext

from apscheduler.jobstores.memory import MemoryJobStore

from ..database import Database
from ..settings import Settings

DECLARED, RUNTIME = "default", "runtime"
"""Aliases of the stores: jobs of the code, and jobs that were added while it ran."""


class JobStore(MemoryJobStore):
    """Changes at once what is changed in a transaction."""

    def one_transaction(self) -> AbstractContextManager[None]:
        """Do nothing: there is nothing to wait for."""
        return nullcontext()

    def planned(self) -> dict[str, float | None]:
        """Give nothing: what another process has in memory cannot be known."""
        return {}


def make_stores(settings: Settings, database: Database) -> dict[str, JobStore]:
    """Make the stores by alias; nothing is needed for them."""
    del settings, database
    return {alias: JobStore() for alias in (DECLARED, RUNTIME)}
