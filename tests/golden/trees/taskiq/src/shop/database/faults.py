"""Tells apart errors of the PostgreSQL server and errors of a statement (T12)."""

from psycopg.errors import IdleInTransactionSessionTimeout
from sqlalchemy import Connection, text
from sqlalchemy.exc import (
    DBAPIError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
)

READ_ONLY = "SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool"


def is_read_only(connection: Connection) -> bool:
    """Tell whether the server is a standby or set to read-only."""
    return bool(connection.scalar(text(READ_ONLY)))


def is_lost(error: DBAPIError) -> bool:
    """Tell whether the server failed (gone, full, timed out), not the statement."""
    if isinstance(error.orig, IdleInTransactionSessionTimeout):
        return True
    return isinstance(error, OperationalError) or error.connection_invalidated


def is_doubtful(error: DBAPIError) -> bool:
    """Tell whether the cause may be a database that is not migrated or is read-only."""
    return isinstance(error, (InternalError, NotSupportedError, ProgrammingError))


def why_lost(_error: DBAPIError) -> str:
    """Return an empty text: the driver's message contains names of servers and users."""
    return ""
