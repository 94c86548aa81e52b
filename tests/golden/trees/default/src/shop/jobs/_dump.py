"""Copies a SQLite database in use to one file (sqlite.org/backup.html)."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import cast

from ..database import Database
from ..settings import Settings

SUFFIX = ".sqlite3"


def dump(database: Database, file: Path, _settings: Settings) -> None:
    """Copy the database as it is now; others may read and write during the copy."""
    source = database.engine.raw_connection()
    with closing(source), closing(sqlite3.connect(file)) as copy:
        cast(sqlite3.Connection, source.driver_connection).backup(copy)
