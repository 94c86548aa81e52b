"""Notices that another process may have queued runs, by SQLite's count of commits.

SQLite notifies nobody. A look at `PRAGMA data_version` takes microseconds and does not wait. (The
time of the log file would not do: it changes before the commit can be seen.)
"""

from collections.abc import Generator
from threading import Event
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, null

from .engine import read_only
from .file import FileStat, file_stat, main_file

LOOK_SECONDS = 0.05

NOTIFICATION: ColumnElement[Any] = null()
"""For RETURNING of a statement that queues a run: nothing, because the commit is counted."""


def notify(connection: Connection) -> None:
    """Do nothing: the commit is counted."""
    del connection


def watch(engine: Engine, stopped: Event) -> Generator[bool, None, None]:
    """Yield several times a second whether anything was committed; end if the file was replaced."""
    with read_only(engine).connect() as connection:
        raw: Any = connection.connection.driver_connection
        connection.detach()  # from the pool, whose connections are for others
        path = main_file(raw)
        opened, before = file_stat(path), None
        while _is_same(opened, file_stat(path)) and not stopped.wait(LOOK_SECONDS):
            version = raw.execute("PRAGMA data_version").fetchone()
            yield version != before
            before = version


def _is_same(opened: FileStat | None, found: FileStat | None) -> bool:
    return opened is not None and found is not None and opened[:2] == found[:2]
