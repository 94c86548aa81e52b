"""The database: engine, transactions, the declarative base, and sessions for routes."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import DateTime, Dialect, MetaData, event
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from ..process.trouble import Trouble
from .engine import create_engine, read_only

CONNECTIONS = 10
"""How many requests use the database at once; one more waits without holding a thread."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, which comes back in UTC (SQLite has no zones)."""

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
        """Give the zone back that SQLite dropped."""
        del dialect
        return value and value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """What every model derives from; constraints have names that migrations can rely on."""

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
    """One engine and the two ways to use it: a transaction that writes, a snapshot that reads."""

    def __init__(self, url: str) -> None:
        """Prepare the engine for `url`; connects only when first used."""
        self.url = url
        self.trouble = Trouble()
        self.engine = create_engine(url, CONNECTIONS)
        self._reader = read_only(self.engine)

    @contextmanager
    def transaction(self) -> Generator[Session, None, None]:
        """Read and write; committed at the end of the block, rolled back when it raises."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def snapshot(self) -> Generator[Session, None, None]:
        """Read only; waits for no writer."""
        with Session(self._reader, expire_on_commit=False) as session:
            yield session

    def close(self) -> None:
        """Close the pooled connections, and those in use as soon as they come back."""
        event.listen(self.engine, "checkin", _close)
        self.engine.dispose()


def taken(error: IntegrityError) -> list[str]:
    """Name the columns whose values must be unique and are taken; none for another violation."""
    _, _, columns = str(error.orig).partition("UNIQUE constraint failed: ")
    return [column.rpartition(".")[2] for column in columns.split(", ") if column]


def _close(_connection: object, record: ConnectionPoolEntry) -> None:
    record.invalidate()  # the connection may be broken, and then it is closed already


def get_database(request: Request) -> Database:
    """Give the application's database."""
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


# scope="function": committed before the response leaves, so a client never hears of what is not so.
SessionDep = Annotated[Session, Depends(get_session, scope="function", max_concurrency=CONNECTIONS)]
ReadSessionDep = Annotated[
    Session, Depends(get_read_session, scope="function", max_concurrency=CONNECTIONS)
]
