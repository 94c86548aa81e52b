"""Notices that the SQLite file was deleted or replaced while it is open (T12).

Writes to a deleted file are lost. After a replacement, the log (`-wal`) beside the new file still
belongs to the old one, and SQLite would write it into the new one.
"""

import threading
from pathlib import Path
from sqlite3 import OperationalError as SQLiteError
from time import monotonic
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import InvalidatePoolError, OperationalError

COMPLETE_AFTER_SECONDS = 3
"""A replacement counts as complete, and is used, when it has not changed for so long."""

FileStat = tuple[int, ...]
"""Device, inode, size and modification time of a file; the first two identify it."""


class FileError(SQLiteError):
    """The database file is not the one that was opened."""


class DatabaseFile:
    """The file that the connections of an engine have opened."""

    def __init__(self, engine: Engine) -> None:
        """Check the file at each transaction of `engine`; the first connection names the file."""
        self._path: Path | None = None
        self._opened: FileStat = ()
        self._filled = self._emptied = False
        self._logs: list[Path] = []
        self._log_stats: list[FileStat | None] = []
        self._replacement: tuple[FileStat, float] = ((), 0)
        self._lock = threading.Lock()
        event.listen(engine, "do_connect", self._before_connect)
        event.listen(engine, "connect", self._connect)
        event.listen(engine, "checkout", self._checkout)
        event.listen(engine, "begin", self._transaction)
        event.listen(engine, "commit", self._transaction)
        event.listen(engine, "engine_disposed", self._closed)

    def _before_connect(self, *_arguments: object) -> None:
        with self._lock:
            self._check(self._opened)  # else SQLite would create a new, empty file

    def _connect(self, connection: Any, record: Any) -> None:  # noqa: ANN401 (of the driver, the pool)
        with self._lock:
            if self._path is None:
                self._path = main_file(connection)
                self._logs = [Path(f"{self._path}{suffix}") for suffix in ("-wal", "-shm")]
                self._opened = (file_stat(self._path) or ())[:2]
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
            self._log_stats = [file_stat(path) for path in self._logs]

    def _closed(self, _engine: Engine) -> None:
        found = file_stat(self._path) if self._path else None
        if found and found[:2] != self._opened:
            self._rename_old_logs()  # else the next start would apply it to the new file

    def _check(self, opened: FileStat) -> None:
        """Raise FileError unless the connection's file is still the file at the path."""
        if self._path is None:
            return
        found = file_stat(self._path)
        if found is None:
            raise FileError("the database file is gone")
        if found[:2] == self._opened:
            self._emptied |= self._filled and not found[2]
            self._filled |= found[2] > 0
        if self._emptied:  # open connections cache old pages, which must not get into it
            raise FileError("the database file was emptied: restore a backup, and start again")
        if found[:2] != self._opened and self._is_complete(found):
            self._rename_old_logs()
            self._opened = found[:2]
        if found[:2] != self._opened or opened != self._opened:
            raise FileError("the database file was replaced")

    def _is_complete(self, found: FileStat) -> bool:
        if self._replacement[0] != found:
            self._replacement = (found, monotonic())
        return monotonic() - self._replacement[1] >= COMPLETE_AFTER_SECONDS

    def _rename_old_logs(self) -> None:
        """Rename the log files of the replaced file, so that SQLite ignores them."""
        for path, was in zip(self._logs, self._log_stats, strict=False):
            now = file_stat(path)
            if was and now and was[:2] == now[:2]:
                path.replace(f"{path}.replaced")


def main_file(connection: Any) -> Path:  # noqa: ANN401 (of the driver, or of SQLAlchemy)
    """Return the file that a connection has opened."""
    execute = getattr(connection, "exec_driver_sql", connection.execute)
    return Path({name: file for _, name, file in execute("PRAGMA database_list")}["main"])


def file_stat(path: Path) -> FileStat | None:
    """Return what tells a change of a file; None if it cannot be read."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
