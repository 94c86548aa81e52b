"""Tells apart errors of the SQLite database and errors of a statement (T12)."""

import os
import sqlite3

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

from .file import FileError, main_file


def is_read_only(connection: Connection) -> bool:
    """Tell whether the file or its folder is not writable."""
    file = main_file(connection)
    return not all(os.access(place, os.W_OK) for place in (file, file.parent))


def is_lost(error: DBAPIError) -> bool:
    """Tell whether the database failed (locked, full, gone, damaged), not the statement."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is None:
        return isinstance(error, OperationalError)
    return type(error) in {OperationalError, DatabaseError} and code & 0xFF != sqlite3.SQLITE_ERROR


def is_doubtful(error: DBAPIError) -> bool:
    """Tell whether the cause may be an outage, such as a table that is not migrated yet."""
    return isinstance(error, OperationalError)


def why_lost(error: DBAPIError) -> str:
    """Return what is known about the cause."""
    if isinstance(error.orig, FileError):
        return str(error.orig)
    code = getattr(error.orig, "sqlite_errorcode", 0)
    return "the database is read-only" if code & 0xFF == sqlite3.SQLITE_READONLY else ""
