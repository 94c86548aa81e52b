"""Brings the database schema up to date with Alembic."""

from collections.abc import Generator
from contextlib import contextmanager
from functools import cache

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import OperationalError

from ..process.ending import in_thread, wait_for
from ..process.starting import StartError
from . import Database, engine, migrating

CLOSE_SECONDS = 5.0


class SchemaError(StartError):
    """The schema is older than the code, and this process may not or cannot migrate it."""


def alembic_config() -> Config:
    """Point Alembic at the revisions, which are part of the package and are installed with it."""
    config = Config()
    config.set_main_option("script_location", f"{__name__.partition('.')[0]}:migrations")
    return config


@contextmanager
def open_database(url: str, *, migrate: bool) -> Generator[Database, None, None]:
    """Open the database for this process, with the schema that the code needs.

    Raises StartError when the database cannot be used. Closing it takes CLOSE_SECONDS at most.
    """
    database = Database(url)
    try:
        try:
            prepare(database, migrate=migrate)
        except OperationalError as error:
            raise StartError(f"the database cannot be used: {error.orig}") from error
        yield database
    finally:
        wait_for(in_thread("closing the database", database.close), CLOSE_SECONDS)


def prepare(database: Database, *, migrate: bool) -> None:
    """Migrate to the newest revision; without `migrate`, raise SchemaError if that is needed."""
    if migrate:
        upgrade(database)
    elif not is_current(database):
        message = "the database schema is not up to date: run `uv run alembic upgrade heads`"
        raise SchemaError(message)


def upgrade(database: Database) -> None:
    """Migrate to the newest revision; one process migrates, others wait for it.

    Raises SchemaError when a migration fails; the database is unchanged then.
    """
    engine.prepare(database.engine)
    with migrating.for_migrations(database.engine).begin() as connection:
        engine.lock_schema(connection)
        revisions = _revisions(connection)
        if revisions != _newest_revisions():
            migrating.keep_copy(connection, revisions)
            config = alembic_config()
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, "heads")
            except CommandError as error:
                raise SchemaError(str(error)) from error


def is_current(database: Database) -> bool:
    """Tell whether the database is at the newest revision."""
    with database.snapshot() as session:
        return _revisions(session.connection()) == _newest_revisions()


def _revisions(connection: Connection) -> set[str]:
    if not inspect(connection).has_table("alembic_version"):
        return set()
    return set(connection.scalars(text("SELECT version_num FROM alembic_version")))


@cache
def _newest_revisions() -> set[str]:
    return set(ScriptDirectory.from_config(alembic_config()).get_heads())
