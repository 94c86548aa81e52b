"""Tells that another process may have queued runs: SQLite's log (`-wal`) has changed.

SQLite notifies nobody. A look at the file's size and time takes microseconds and no lock.
"""

from collections.abc import Generator
from pathlib import Path
from threading import Event
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, null

from .engine import read_only
from .file import file_stat, main_file

LOOK_SECONDS = 0.05

NOTIFICATION: ColumnElement[Any] = null()
"""For RETURNING of a statement that queues a run: nothing, because the commit changes the log."""


def notify(connection: Connection) -> None:
    """Do nothing: the commit changes the log."""
    del connection


def watch(engine: Engine, stopped: Event) -> Generator[bool, None, None]:
    """Yield several times a second whether anything was committed, by any process."""
    with read_only(engine).connect() as connection:
        log = Path(f"{main_file(connection)}-wal")
    before = file_stat(log)
    yield True  # what was committed before is not noticed
    while not stopped.wait(LOOK_SECONDS):
        now = file_stat(log)
        yield now != before
        before = now
