"""Notices that the file of a SQLite database is gone, or is another one than was opened (T12).

What is written to a file that has no name any more is lost, and the log (`-wal`) that lies beside
a file which replaced another belongs to that other: SQLite would write it over the new one.
"""

import threading
from pathlib import Path
from sqlite3 import OperationalError as SQLiteError
from time import monotonic
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import InvalidatePoolError, OperationalError

SETTLED_AFTER_SECONDS = 3
"""A file that replaced another is used when it has not changed for so long: it is complete."""

Look = tuple[int, ...]
"""What a file is, by two numbers, then its size and when it changed."""


class FileError(SQLiteError):
    """The database file is not the one that was opened."""


class DatabaseFile:
    """The file that the connections of an engine have opened."""

    def __init__(self, engine: Engine) -> None:
        """Watch over each transaction of `engine`; the first connection says which file it is."""
        self._path: Path | None = None
        self._opened: Look = ()
        self._filled = self._emptied = False
        self._beside: dict[Path, Look | None] = {}
        self._another: tuple[Look, float] = ((), 0)
        self._lock = threading.Lock()
        event.listen(engine, "do_connect", self._before_connect)
        event.listen(engine, "connect", self._connect)
        event.listen(engine, "checkout", self._checkout)
        event.listen(engine, "begin", self._transaction)
        event.listen(engine, "commit", self._transaction)
        event.listen(engine, "engine_disposed", self._closed)

    def _before_connect(self, *_arguments: object) -> None:
        with self._lock:
            self._check(self._opened)  # or SQLite would make a new file where the old one was

    def _connect(self, connection: Any, record: Any) -> None:  # noqa: ANN401 (of the driver, the pool)
        with self._lock:
            if self._path is None:
                self._path = main_file(connection)
                self._opened = (_look(self._path) or ())[:2]
            record.info["file"] = self._opened

    def _checkout(self, _connection: object, record: Any, _proxy: object) -> None:  # noqa: ANN401
        if record.info["file"] != self._opened:
            raise InvalidatePoolError

    def _transaction(self, connection: Connection) -> None:
        with self._lock:
            try:
                self._check(connection.info["file"])
            except FileError as error:
                raise OperationalError(None, None, error) from error
            beside = [Path(f"{self._path}{suffix}") for suffix in ("-wal", "-shm")]
            self._beside = {path: _look(path) for path in beside}

    def _closed(self, _engine: Engine) -> None:
        found = _look(self._path) if self._path else None
        if found and found[:2] != self._opened:
            self._put_aside()  # or the next start would take it for the new file's

    def _check(self, opened: Look) -> None:
        """Raise FileError unless the file of a connection is the one that is there."""
        if self._path is None:
            return
        found = _look(self._path)
        if found is None:
            raise FileError("the database file is gone")
        if found[:2] == self._opened:
            self._emptied |= self._filled and not found[2]
            self._filled |= found[2] > 0
        if self._emptied:  # what is open has pages of before, which must not get into a new one
            raise FileError("the database file was emptied: restore a backup, and start again")
        if found[:2] != self._opened and self._is_settled(found):
            self._put_aside()
            self._opened = found[:2]
        if found[:2] != self._opened or opened != self._opened:
            raise FileError("the database file was replaced")

    def _is_settled(self, found: Look) -> bool:
        if self._another[0] != found:
            self._another = (found, monotonic())
        return monotonic() - self._another[1] >= SETTLED_AFTER_SECONDS

    def _put_aside(self) -> None:
        """Take away what belongs to the file that was replaced."""
        for path, was in self._beside.items():
            now = _look(path)
            if was and now and was[:2] == now[:2]:
                path.replace(f"{path}.replaced")


def main_file(connection: Any) -> Path:  # noqa: ANN401 (of the driver, or of SQLAlchemy)
    """Give the file that a connection has opened."""
    execute = getattr(connection, "exec_driver_sql", connection.execute)
    return Path({name: file for _, name, file in execute("PRAGMA database_list")}["main"])


def _look(path: Path) -> Look | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
