"""Migrations on PostgreSQL, which changes tables in place: they need no preparation or check.

The operator makes a backup before a migration: README.md, "Back up and restore".
"""

from collections.abc import Collection, Generator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine


def for_migrations(engine: Engine) -> Engine:
    """Return the engine: a migration needs no other settings."""
    return engine


@contextmanager
def checked(connection: Connection) -> Generator[None, None, None]:
    """Check nothing: PostgreSQL enforces foreign keys during a migration too."""
    del connection
    yield


def keep_copy(connection: Connection, revisions: Collection[str]) -> None:
    """Copy nothing: a dump takes too long for a start; use `pg_dump` before."""
    del connection, revisions
