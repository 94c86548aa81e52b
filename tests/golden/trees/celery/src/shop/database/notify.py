"""Tells all processes that runs were queued, by NOTIFY and LISTEN of PostgreSQL.

PgBouncer in transaction mode passes no notification on: then runs wait for the next poll.
"""

from collections.abc import Generator
from threading import Event
from typing import Any

import psycopg
from sqlalchemy import ColumnElement, Connection, Engine, func, select
from sqlalchemy.exc import OperationalError

CHANNEL = "fastforge_runs"
LOOK_SECONDS = 0.5
PAUSE_SECONDS = 0.01
"""After a notification; those that follow it in this time are one."""

NOTIFICATION: ColumnElement[Any] = func.pg_notify(CHANNEL, "")
"""For RETURNING of a statement that queues a run. The commit sends it, once a transaction."""


def notify(connection: Connection) -> None:
    """Notify all processes when this transaction is committed."""
    connection.execute(select(NOTIFICATION))


def watch(engine: Engine, stopped: Event) -> Generator[bool, None, None]:
    """Yield several times a second whether runs were queued, on a connection of its own."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        raw: Any = connection.connection.driver_connection
        connection.detach()  # from the pool, whose connections are for others
        connection.exec_driver_sql(f"LISTEN {CHANNEL}")
        found = True  # what was queued before is not noticed
        try:
            while not stopped.is_set():
                yield found
                stopped.wait(PAUSE_SECONDS if found else 0)
                found = next(raw.notifies(timeout=LOOK_SECONDS, stop_after=1), None) is not None
        except psycopg.Error as error:
            connection.invalidate(error)
            raise OperationalError(None, None, error) from error
