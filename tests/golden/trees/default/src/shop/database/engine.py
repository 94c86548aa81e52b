"""The SQLite engine: one writer at a time, and how it locks."""

import asyncio
import sqlite3
import threading
import time
from contextvars import ContextVar
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement, Connection, Engine, bindparam, event

from ..process.starting import StartError
from .file import DatabaseFile

BUSY_SECONDS = 20
NESTED = "a write transaction is open here already: pass its session on, or this waits for ever"


def create_engine(url: str, connections: int) -> Engine:
    """Make an engine that keeps `connections` open and may open as many again under load."""
    engine = sqlalchemy.create_engine(
        url,
        pool_size=connections,
        max_overflow=connections,
        pool_use_lifo=True,
        connect_args={"timeout": BUSY_SECONDS},
    )
    writer_lock = WriterLock()
    DatabaseFile(engine)
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", writer_lock.begin)
    event.listen(engine, "checkin", writer_lock.end)
    return engine


def read_only(engine: Engine) -> Engine:
    """Return the engine for snapshots, which do not wait for writers."""
    return engine.execution_options(read_only=True)


def _configure(connection: Any, _record: object) -> None:  # noqa: ANN401 (a DBAPI connection)
    connection.isolation_level = None  # WriterLock sends BEGIN, not the driver
    connection.execute("PRAGMA foreign_keys = ON")
    # Each commit waits for the disk, so what was accepted survives a power cut. NORMAL is much
    # faster and may lose the last commits; the database itself stays whole in both.
    connection.execute("PRAGMA synchronous = FULL")


class WriterLock:
    """Lets one transaction of this process write at a time.

    A transaction that reads first and writes later can fail with "database is locked", so each one
    begins with BEGIN IMMEDIATE, which takes SQLite's write lock at once. Threads of this process
    queue for the lock here first, because SQLite polls its own lock only every 100 ms.
    """

    def __init__(self) -> None:
        """Start without a writer."""
        self._lock = threading.Lock()
        self._writer: tuple[int, object] | None = None
        self._own_token: ContextVar[object] = ContextVar("writer")

    def begin(self, connection: Connection) -> None:
        """Begin a transaction."""
        options = connection.get_execution_options()
        if options.get("read_only", False):
            connection.exec_driver_sql("BEGIN")
            return
        if options.get("migrates", False):  # see migrating.py; must come before BEGIN
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.info["migrates"] = True
        if not connection.info.get("writes"):
            connection.info["writes"] = self._acquire()
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def _acquire(self) -> bool:
        thread, (holder, token) = threading.get_ident(), self._writer or (None, None)
        # The same thread may now serve another request, which has its own context: it may wait. In
        # an event loop, waiting would block the coroutine that holds the lock.
        if thread == holder and (self._own_token.get(None) is token or _in_event_loop()):
            raise RuntimeError(NESTED)
        taken = self._lock.acquire(timeout=BUSY_SECONDS)
        if taken:
            self._writer = (thread, object())
            self._own_token.set(self._writer[1])
        return taken

    def end(self, connection: Any, record: Any) -> None:  # noqa: ANN401 (of the driver, the pool)
        """Release the lock when the connection returns to the pool."""
        if record.info.pop("migrates", False) and connection is not None:
            connection.execute("PRAGMA foreign_keys = ON")
        if record.info.pop("writes", False):
            self._writer = None
            self._lock.release()


def _in_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def lock_schema(connection: Connection) -> None:
    """Do nothing: BEGIN IMMEDIATE has locked out other writers."""
    del connection


def limit_waits(connection: Connection) -> None:
    """Do nothing: SQLite's busy timeout limits all waits."""
    del connection


def lock_ledger(connection: Connection) -> None:
    """Do nothing: BEGIN IMMEDIATE has locked out other writers."""
    del connection


def one_of(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Match rows whose `column` is in the list that is the parameter `name`."""
    return column.in_(bindparam(name))


def prepare(engine: Engine) -> None:
    """Switch the file to WAL mode, in which readers and one writer do not block each other.

    SQLite does not wait for other processes here, so this retries. Raises StartError when the
    file stays locked for BUSY_SECONDS.
    """
    end = time.monotonic() + BUSY_SECONDS
    with engine.connect() as connection:  # by the driver: no transaction may be open
        while True:
            try:
                connection.connection.cursor().execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if time.monotonic() > end:
                    raise StartError(f"the database cannot be used: {error}") from error
                time.sleep(0.05)
            else:
                return
