"""The SQLite engine: who may write when, and what is locked how."""

from typing import Any

import sqlalchemy
from sqlalchemy import Connection, Engine, event


def create_engine(url: str, connections: int) -> Engine:
    """Make an engine; `connections` stay open, as many more may be opened for a while."""
    engine = sqlalchemy.create_engine(
        url,
        pool_size=connections,
        max_overflow=connections,
        connect_args={"timeout": 20},
    )
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def _configure(connection: Any, _record: object) -> None:  # noqa: ANN401 (a DBAPI connection)
    connection.isolation_level = None  # SQLAlchemy sends BEGIN, not the driver: see _begin
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: Connection) -> None:
    # A transaction that reads first and writes later fails under load ("database is locked") when
    # another one wrote in between. IMMEDIATE takes the write lock first and waits for its turn.
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def lock(connection: Connection) -> None:
    """Hold every other process off until this transaction ends; BEGIN IMMEDIATE has done so."""
    del connection


def prepare(engine: Engine) -> None:
    """Let readers and a writer work side by side; the mode is kept in the file."""
    connection = engine.raw_connection()
    connection.cursor().execute("PRAGMA journal_mode = WAL")
    connection.close()
