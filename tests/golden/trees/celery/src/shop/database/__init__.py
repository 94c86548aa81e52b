"""The database: engine, transactions, the declarative base, and sessions for routes."""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from psycopg.errors import UniqueViolation
from sqlalchemy import DateTime, Dialect, Index, MetaData, UniqueConstraint, event
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from ..process.repeated_errors import RepeatedErrors
from .engine import create_engine, read_only

CONNECTIONS = 10
"""So many requests use the database at once; the next one waits and occupies no thread."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, which comes back in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive datetime: its zone would be a guess."""
        del dialect
        if value is not None and value.tzinfo is None:
            message = f"naive datetime: {value.isoformat()}"
            raise ValueError(message)
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC from the connection's zone; SQLite has no zones (take_over.py)."""
        naive = dialect.name == "sqlite"
        return value and (value.replace(tzinfo=UTC) if naive else value.astimezone(UTC))


class Base(DeclarativeBase):
    """The base class of all models; it gives constraints the names that migrations rely on."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Database:
    """One engine, used in two ways: `transaction` writes, `snapshot` only reads."""

    def __init__(self, url: str) -> None:
        """Prepare the engine for `url`; it connects when it is first used."""
        self.url = url
        self.repeated_errors = RepeatedErrors()
        self.engine = create_engine(url, CONNECTIONS)
        self._reader = read_only(self.engine)
        self.after_commit: Callable[[Session], object] = lambda _session: None
        """Called after the commit of each transaction."""
        self._open: ContextVar[Session | None] = ContextVar("open", default=None)

    @contextmanager
    def transaction(self) -> Generator[Session, None, None]:
        """Read and write. The end of the block commits; an exception rolls back."""
        outer = self._open.get()
        with Session(self.engine, expire_on_commit=False) as session:
            with session.begin():
                self._open.set(session)
                try:
                    yield session
                finally:
                    self._open.set(outer)
            self.after_commit(session)

    @contextmanager
    def joined(self) -> Generator[Session, None, None]:
        """Use the transaction that is open here, in this thread or coroutine, or begin one."""
        session = self._open.get()
        if session is not None:
            yield session
        else:
            with self.transaction() as own:
                yield own

    @contextmanager
    def snapshot(self) -> Generator[Session, None, None]:
        """Read only, without waiting for writers."""
        with Session(self._reader, expire_on_commit=False) as session:
            yield session
            session.expunge_all()  # what was changed stays unwritten
            session.commit()  # after a rollback, psycopg forgets which statements are prepared

    def close(self) -> None:
        """Close all connections: idle ones now, those in use when they return to the pool."""
        event.listen(self.engine, "checkin", _invalidate)
        self.engine.dispose()


def taken(error: IntegrityError) -> list[str]:
    """Name the unique columns whose value exists already; no columns for any other violation."""
    if not isinstance(error.orig, UniqueViolation):
        return []
    table = Base.metadata.tables[error.orig.diag.table_name or ""]
    unique: list[UniqueConstraint | Index] = list(table.indexes)
    unique += [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    name = error.orig.diag.constraint_name
    dialect: Any = postgresql.dialect  # it has no types
    short = dialect().identifier_preparer  # the server keeps 63 characters of a name
    found = [each for each in unique if name in {each.name, short.format_constraint(each)}]
    return [column.name for each in found for column in each.columns]


def _invalidate(_connection: object, record: ConnectionPoolEntry) -> None:
    record.invalidate()  # works for a broken connection too, which may be closed already


async def get_database(request: Request) -> Database:
    """Return the application's database."""
    database: Database = request.app.state.database
    return database


DatabaseDep = Annotated[Database, Depends(get_database)]


def get_session(database: DatabaseDep) -> Iterator[Session]:
    """Open a transaction for one request."""
    with database.transaction() as session:
        yield session


def get_read_session(database: DatabaseDep) -> Iterator[Session]:
    """Open a snapshot for one request."""
    with database.snapshot() as session:
        yield session


# scope="function" commits before the response is sent: a client never sees a success that was
# rolled back.
SessionDep = Annotated[Session, Depends(get_session, scope="function", max_concurrency=CONNECTIONS)]
ReadSessionDep = Annotated[
    Session, Depends(get_read_session, scope="function", max_concurrency=CONNECTIONS)
]
