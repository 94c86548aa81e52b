"""The PostgreSQL engine: how it connects, and which locks it takes."""

from selectors import EVENT_READ, DefaultSelector
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement, Connection, Engine, bindparam, event, func, make_url, select
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.types import NULLTYPE

DRIVER = "postgresql+psycopg"
SCHEMA_KEY, LEDGER_KEY = 0x5C4E3A, 0x1ED6E5
"""Keys of advisory locks: other programs that use this database must use other numbers."""
STALL_SECONDS = 5
"""The server ends the session of a process that holds the ledger lock and stalls so long."""
LOCK_SECONDS = 10
"""A transaction waits so long for a lock, such as one taken in a psql console, then fails."""
LIMITS = [
    func.set_config(name, bindparam(name), sqlalchemy.true())
    for name in ("idle_in_transaction_session_timeout", "lock_timeout")
]
LIMIT_WAITS = select(*LIMITS)
LOCK_LEDGER = select(*LIMITS, func.pg_advisory_xact_lock(LEDGER_KEY))
"""One round trip; the server sets the limits before it waits for the lock."""
CONNECT = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""With these, a lost server is noticed in half a minute; TCP alone needs 15 minutes."""


def create_engine(url: str, connections: int) -> Engine:
    """Make an engine that keeps `connections` open and may open as many again under load.

    Each connection is tested before use, because the server may have restarted.
    """
    engine = sqlalchemy.create_engine(
        make_url(url).set(drivername=DRIVER),
        pool_size=connections,
        max_overflow=connections,
        pool_use_lifo=True,
        connect_args=CONNECT,
    )
    event.listen(engine, "checkout", _test)
    event.listen(engine, "checkin", _reset_read_only)
    return engine


def _test(connection: Any, _record: object, _proxy: object) -> None:  # noqa: ANN401 (a DBAPI connection)
    # A server that ends a connection says so. `pool_pre_ping` would ask before each transaction.
    with DefaultSelector() as incoming:
        incoming.register(connection, EVENT_READ)
        if incoming.select(timeout=0):
            raise InvalidatePoolError


def _reset_read_only(connection: Any, _record: object) -> None:  # noqa: ANN401 (a DBAPI connection)
    # After a snapshot SQLAlchemy sets READ WRITE, which would override a read-only server.
    if connection is not None and not connection.closed:
        connection.read_only = None


def read_only(engine: Engine) -> Engine:
    """Return the engine for snapshots: they see one state of the database and cannot write."""
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def lock_schema(connection: Connection) -> None:
    """Take the migration lock until the transaction ends."""
    connection.execute(select(func.pg_advisory_xact_lock(SCHEMA_KEY)))


def limit_waits(connection: Connection) -> None:
    """Limit how long this transaction may stall, and how long it waits for locks."""
    connection.execute(LIMIT_WAITS, _limits())


def lock_ledger(connection: Connection) -> None:
    """Take the ledger lock until the transaction ends: to count slots, claim, record due times."""
    connection.execute(LOCK_LEDGER, _limits())


def _limits() -> dict[str, str]:
    seconds = {"idle_in_transaction_session_timeout": STALL_SECONDS, "lock_timeout": LOCK_SECONDS}
    return {name: f"{limit}s" for name, limit in seconds.items()}


def one_of(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Match rows whose `column` is in the list that is the parameter `name`.

    However many these are, the statement is the same, so the server plans it once.
    """
    return column == func.any(bindparam(name, type_=NULLTYPE))


def prepare(engine: Engine) -> None:
    """Do nothing: a new PostgreSQL database is ready for migrations."""
    del engine
