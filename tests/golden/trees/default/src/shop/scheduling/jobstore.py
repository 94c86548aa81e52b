"""The jobstore in the project's own database: its table comes from a migration (S5, S8, S16)."""

from collections.abc import Generator
from contextlib import contextmanager, suppress

from apscheduler.job import Job
from apscheduler.jobstores.base import BaseJobStore, JobLookupError
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from sqlalchemy import ColumnElement, Connection, Engine, select

from ..database import Base, Database
from ..engine import lock_ledger
from ..settings import Settings
from .models import RuntimeJob, StoredJob

DECLARED, RUNTIME = "default", "runtime"
"""Aliases of the stores: jobs of the code, and jobs that were added while it ran."""
PICKLE_PROTOCOL = 5


class SharedTransaction:
    """Stands in for an engine: each `begin` is a savepoint of one connection."""

    def __init__(self, connection: Connection) -> None:
        """Share a connection that has begun."""
        self._connection = connection

    @contextmanager
    def begin(self) -> Generator[Connection, None, None]:
        """Begin a savepoint."""
        with self._connection.begin_nested():
            yield self._connection


class JobStore(SQLAlchemyJobStore):
    """Creates no table, closes no engine, and lives with several schedulers on one table."""

    def __init__(self, database: Database, model: type[Base]) -> None:
        """Use the table of `model`."""
        BaseJobStore.__init__(self)
        self._database = database
        self.engine: Engine | SharedTransaction = database.engine
        self.jobs_t = model.__table__
        self.pickle_protocol = PICKLE_PROTOCOL

    def start(self, scheduler: object, alias: str) -> None:
        """Remember the scheduler; SQLAlchemyJobStore would create the table here."""
        BaseJobStore.start(self, scheduler, alias)

    def shutdown(self) -> None:
        """Leave the engine to the application."""

    def update_job(self, job: Job) -> None:
        """Write a job that another process may just have removed."""
        with suppress(JobLookupError):
            super().update_job(job)

    def remove_job(self, job_id: str) -> None:
        """Remove a job that another process may just have removed."""
        with suppress(JobLookupError):
            super().remove_job(job_id)

    @contextmanager
    def one_transaction(self) -> Generator[None, None, None]:
        """Make the block one transaction, in which no other process writes to the store."""
        engine = self.engine
        with engine.begin() as connection:
            lock_ledger(connection)
            self.engine = SharedTransaction(connection)
            try:
                yield
            finally:
                self.engine = engine

    def planned(self) -> dict[str, float | None]:
        """Give the next due time of each stored job, as a timestamp."""
        columns = select(self.jobs_t.c.id, self.jobs_t.c.next_run_time)
        with self._database.snapshot() as session:
            return dict(session.execute(columns).all())

    def _get_jobs(self, *conditions: ColumnElement[bool]) -> list[Job]:
        states = select(self.jobs_t.c.job_state).order_by(self.jobs_t.c.next_run_time)
        with self.engine.begin() as connection:
            rows = connection.scalars(states.where(*conditions)).all()
        return [job for state in rows if (job := self._reconstitute_job(state)) is not None]

    def _reconstitute_job(self, job_state: bytes) -> Job | None:
        # What cannot be read may be another version's: SQLAlchemyJobStore would delete it.
        # Reconcile writes anew what this version declares.
        try:
            return super()._reconstitute_job(job_state)
        except Exception:
            self._logger.exception("a stored job cannot be read; it is left alone")
            return None


def make_stores(settings: Settings, database: Database) -> dict[str, JobStore]:
    """Make the stores by alias; no setting is needed."""
    del settings
    models: dict[str, type[Base]] = {DECLARED: StoredJob, RUNTIME: RuntimeJob}
    return {alias: JobStore(database, model) for alias, model in models.items()}
