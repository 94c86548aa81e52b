"""Today's name of `shop.schema`, where a database is opened by one function."""

from collections.abc import Generator
from contextlib import contextmanager

from shop.database import Database
from shop.schema import prepare, upgrade

__all__ = ["open_database", "prepare", "upgrade"]


@contextmanager
def open_database(url: str, *, migrate: bool) -> Generator[Database, None, None]:
    """Open the database with the schema that the code needs."""
    database = Database(url)
    prepare(database, migrate=migrate)
    yield database
    database.close()
