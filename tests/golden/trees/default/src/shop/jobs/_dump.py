"""Copies a SQLite database that is in use into one file (sqlite.org/backup.html)."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import cast

from ..database import Database
from ..settings import Settings

SUFFIX = ".sqlite3"


def dump(database: Database, file: Path, _settings: Settings) -> None:
    """Copy the database as it is at this moment; readers and writers go on meanwhile."""
    source = database.engine.raw_connection()
    with closing(source), closing(sqlite3.connect(file)) as copy:
        cast(sqlite3.Connection, source.driver_connection).backup(copy)
