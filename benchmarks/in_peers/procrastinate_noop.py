"""procrastinate, on the PostgreSQL of DATABASE_URL."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from noted import note, note_late
from procrastinate import App, PsycopgConnector

app = App(connector=PsycopgConnector(conninfo=os.environ["DATABASE_URL"]))


@app.task
def noop() -> None:
    """Do nothing, in a thread."""
    note()


@app.task
def late(sent: float) -> None:
    """Say how late it starts, in a thread."""
    note_late(sent)


def queue(count: int) -> None:
    """Queue so many tasks."""
    with app.open():
        app.schema_manager.apply_schema()
        for _ in range(count):
            noop.defer()


@contextmanager
def sending() -> Iterator[Callable[[float], object]]:
    """Give what sends a single task."""
    with app.open():
        app.schema_manager.apply_schema()
        yield lambda sent: late.defer(sent=sent)
