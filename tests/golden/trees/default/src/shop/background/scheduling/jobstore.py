"""The jobstore in the project's own database: its table comes from a migration (S5, S8, S16)."""

import threading
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime

from apscheduler.job import Job
from apscheduler.jobstores.base import BaseJobStore, JobLookupError
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.util import datetime_to_utc_timestamp
from sqlalchemy import ColumnElement, Connection, Engine, select

from ..host import Database, Settings, lock_ledger
from .models import StoredJob
from .private import revive

DECLARED = "default"
"""Alias of the store."""
KEPT = True
"""Due times that pass while no process runs are made up for."""
PICKLE_PROTOCOL = 5
RUN_TIMES = select(StoredJob.id, StoredJob.next_run_time)


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

    def __init__(self, database: Database) -> None:
        """Use the table of `StoredJob`."""
        BaseJobStore.__init__(self)
        self._database, self._mine = database, threading.local()
        self.jobs_t = StoredJob.__table__
        self.pickle_protocol = PICKLE_PROTOCOL

    @property
    def engine(self) -> Engine | SharedTransaction:
        """Give what SQLAlchemyJobStore works with: the transaction of this thread, if any."""
        shared: SharedTransaction | None = getattr(self._mine, "transaction", None)
        return shared or self._database.engine

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
        with self._database.engine.begin() as connection:
            lock_ledger(connection)
            self._mine.transaction = SharedTransaction(connection)
            try:
                yield
            finally:
                self._mine.transaction = None

    def run_times(self) -> dict[str, float]:
        """Give the next due time of each stored job that has one, as a timestamp."""
        with self._reading() as connection:
            return {name: at for name, at in connection.execute(RUN_TIMES).all() if at is not None}

    planned = run_times

    def get_due_jobs(self, now: datetime) -> list[Job]:
        """Give the jobs that are due, those first that are due first."""
        return self._read(self.jobs_t.c.next_run_time <= datetime_to_utc_timestamp(now))

    def get_all_jobs(self) -> list[Job]:
        """Give all jobs that can be read."""
        return self._read()

    def _read(self, *conditions: ColumnElement[bool]) -> list[Job]:
        # What cannot be read may be another version's: SQLAlchemyJobStore would delete it.
        # Reconcile writes anew what this version declares.
        states = select(self.jobs_t.c.job_state).order_by(self.jobs_t.c.next_run_time)
        with self._reading() as connection:
            rows = connection.scalars(states.where(*conditions)).all()
        return revive(self, rows)

    @contextmanager
    def _reading(self) -> Generator[Connection, None, None]:
        # In the transaction of this thread, if any; else without waiting for anybody who writes.
        shared: SharedTransaction | None = getattr(self._mine, "transaction", None)
        with ExitStack() as stack:
            if shared is not None:
                yield stack.enter_context(shared.begin())
            else:
                yield stack.enter_context(self._database.snapshot()).connection()


def make_stores(settings: Settings, database: Database) -> dict[str, JobStore]:
    """Make the store, by its alias; no setting is needed."""
    del settings
    return {DECLARED: JobStore(database)}
