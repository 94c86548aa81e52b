"""The SQLite engine: who may write when, and what is locked how."""

import asyncio
import sqlite3
import threading
import time
from contextvars import ContextVar
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, Engine, event

from ..process.starting import StartError
from .file import DatabaseFile

BUSY_SECONDS = 20
NESTED = "a write transaction is open here already: pass its session on, or this waits for ever"


def create_engine(url: str, connections: int) -> Engine:
    """Make an engine; `connections` stay open, as many more may be opened for a while."""
    engine = sqlalchemy.create_engine(
        url,
        pool_size=connections,
        max_overflow=connections,
        connect_args={"timeout": BUSY_SECONDS},
    )
    turns = Turns()
    DatabaseFile(engine)
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", turns.begin)
    event.listen(engine, "checkin", turns.end)
    return engine


def read_only(engine: Engine) -> Engine:
    """Give the same engine for snapshots, which wait for no writer."""
    return engine.execution_options(read_only=True)


def _configure(connection: Any, _record: object) -> None:  # noqa: ANN401 (a DBAPI connection)
    connection.isolation_level = None  # SQLAlchemy sends BEGIN, not the driver: see Turns
    connection.execute("PRAGMA foreign_keys = ON")


class Turns:
    """One writer at a time, who waits for its turn.

    A transaction that reads first and writes later fails under load ("database is locked") when
    another one wrote in between: IMMEDIATE takes the write lock first. Inside a process writers
    queue here, because SQLite lets them sleep up to 100 ms between two looks at its lock.
    """

    def __init__(self) -> None:
        """Nobody writes."""
        self._turn = threading.Lock()
        self._writer: tuple[int, object] | None = None
        self._mine: ContextVar[object] = ContextVar("writer")

    def begin(self, connection: Connection) -> None:
        """Begin a transaction."""
        options = connection.get_execution_options()
        if options.get("read_only", False):
            connection.exec_driver_sql("BEGIN")
            return
        if options.get("migrates", False):  # see migrating.py; inside a transaction it does nothing
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.info["migrates"] = True
        if not connection.info.get("writes"):
            connection.info["writes"] = self._take_turn()
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def _take_turn(self) -> bool:
        thread, (holder, token) = threading.get_ident(), self._writer or (None, None)
        # A thread may serve another call by now, which has a context of its own; on a loop it waits
        # for a coroutine that cannot go on before it does.
        if thread == holder and (self._mine.get(None) is token or _on_a_loop()):
            raise RuntimeError(NESTED)
        taken = self._turn.acquire(timeout=BUSY_SECONDS)
        if taken:
            self._writer = (thread, object())
            self._mine.set(self._writer[1])
        return taken

    def end(self, connection: Any, record: Any) -> None:  # noqa: ANN401 (of the driver, the pool)
        """Let the next one write, now that the connection is back in the pool."""
        if record.info.pop("migrates", False) and connection is not None:
            connection.execute("PRAGMA foreign_keys = ON")
        if record.info.pop("writes", False):
            self._writer = None
            self._turn.release()


def _on_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def lock_schema(connection: Connection) -> None:
    """Let one process migrate, until its transaction ends: BEGIN IMMEDIATE has seen to it."""
    del connection


def limit_waits(connection: Connection) -> None:
    """Let nobody wait without end: the busy timeout has seen to it."""
    del connection


def lock_ledger(connection: Connection) -> None:
    """Let one process count slots, claim or record due times: BEGIN IMMEDIATE has seen to it."""
    del connection


def prepare(engine: Engine) -> None:
    """Let readers and a writer work side by side; the mode is kept in the file.

    SQLite does not wait for others here, such as a process that starts at the same time. Raises
    StartError when they take too long.
    """
    end = time.monotonic() + BUSY_SECONDS
    with engine.connect() as connection:  # below SQLAlchemy, for no transaction may be open
        while True:
            try:
                connection.connection.cursor().execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if time.monotonic() > end:
                    raise StartError(f"the database cannot be used: {error}") from error
                time.sleep(0.05)
            else:
                return
