"""The jobstore in the project's database; a migration makes its table (S5, S8, S16)."""

import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import datetime

from apscheduler.job import Job
from apscheduler.jobstores.base import BaseJobStore
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from sqlalchemy import ColumnElement, Connection, Engine, bindparam, select, update
from sqlalchemy.orm import Session

from ..host import Database, Settings, lock_ledger
from .models import StoredJob
from .shared import PICKLE_PROTOCOL, SharedStore, stored

KEPT = True
"""Whether due times are recorded later that passed while no process ran."""
WITH_LEDGER = True
"""Whether it advances in the ledger's transaction; else after it, so that no due time is lost."""
RUN_TIMES = select(StoredJob.id, StoredJob.next_run_time)
UNLOCKED = select(StoredJob.id).where(StoredJob.id == bindparam("name"))
UPDATE = update(StoredJob).where(StoredJob.id.in_(UNLOCKED.with_for_update(skip_locked=True)))


class SharedTransaction:
    """Replaces an engine: each `begin` is a savepoint on one connection."""

    def __init__(self, connection: Connection) -> None:
        """Share a connection with an open transaction."""
        self.connection = connection

    @contextmanager
    def begin(self) -> Generator[Connection, None, None]:
        """Begin a savepoint."""
        with self.connection.begin_nested():
            yield self.connection


class JobStore(SharedStore, SQLAlchemyJobStore):
    """Several schedulers share its table; it neither creates the table nor closes the engine."""

    def __init__(self, database: Database) -> None:
        """Use the table of `StoredJob`."""
        BaseJobStore.__init__(self)
        self._database, self._mine = database, threading.local()
        self.jobs_t = StoredJob.__table__
        self.pickle_protocol = PICKLE_PROTOCOL

    @property
    def engine(self) -> Engine | SharedTransaction:
        """Return the transaction of this thread, if any, else the engine."""
        shared: SharedTransaction | None = getattr(self._mine, "transaction", None)
        return shared or self._database.engine

    def start(self, scheduler: object, alias: str) -> None:
        """Store the scheduler, without creating the table as SQLAlchemyJobStore does."""
        BaseJobStore.start(self, scheduler, alias)

    def shutdown(self) -> None:
        """Do nothing: the application closes the engine."""

    def update_jobs(self, jobs: Sequence[Job]) -> None:
        """Update jobs with one statement; it passes over those that others have locked."""
        columns = ("name", "next_run_time", "job_state")
        rows = [dict(zip(columns, stored(job), strict=True)) for job in jobs]
        if rows:
            with self.engine.begin() as connection:
                connection.execute(UPDATE, rows)

    @contextmanager
    def one_transaction(self) -> Generator[Session, None, None]:
        """Make the block one transaction; other processes cannot write to the store during it."""
        with self._database.transaction() as session:
            lock_ledger(session.connection())
            self._mine.transaction = SharedTransaction(session.connection())
            try:
                yield session
            finally:
                self._mine.transaction = None

    def run_times(self) -> dict[str, float]:
        """Return the next due time of each stored job that has one, as a timestamp."""
        with self._reading() as connection:
            return {name: at for name, at in connection.execute(RUN_TIMES).all() if at is not None}

    planned = run_times

    def get_due_jobs(self, now: datetime) -> list[Job]:
        """Return the due jobs, earliest first."""
        return self._read(self.jobs_t.c.next_run_time <= now.timestamp())

    def get_all_jobs(self) -> list[Job]:
        """Return all jobs that can be read."""
        return self._read()

    def _read(self, *conditions: ColumnElement[bool]) -> list[Job]:
        # Keep rows that cannot be read: they may belong to another version. SQLAlchemyJobStore
        # would delete them. Reconcile overwrites the jobs that this version declares.
        states = select(self.jobs_t.c.job_state).order_by(self.jobs_t.c.next_run_time)
        with self._reading() as connection:
            rows = connection.scalars(states.where(*conditions)).all()
        return self.unpickle(rows)

    @contextmanager
    def _reading(self) -> Generator[Connection, None, None]:
        # Read in the transaction of this thread, if any, else in a snapshot without waiting.
        shared: SharedTransaction | None = getattr(self._mine, "transaction", None)
        if shared is not None:
            yield shared.connection
        else:
            with self._database.snapshot() as session:
                yield session.connection()


def make_store(settings: Settings, database: Database) -> JobStore:
    """Return the store."""
    del settings
    return JobStore(database)
