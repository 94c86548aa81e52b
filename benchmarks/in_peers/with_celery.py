"""Celery: results are ignored, acknowledged before the task starts (the default)."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from celery import Celery
from noted import note, note_late

app = Celery("with_celery", broker=f"redis+socket://{os.environ['NOOP_BROKER']}")
app.conf.task_ignore_result = True


@app.task
def noop() -> None:
    """Do nothing."""
    note()


@app.task
def late(sent: float) -> None:
    """Say how late it starts."""
    note_late(sent)


def queue(count: int) -> None:
    """Queue so many tasks."""
    for _ in range(count):
        noop.delay()


@contextmanager
def sending() -> Iterator[Callable[[float], object]]:
    """Give what sends a single task."""
    yield late.delay
