"""Celery: results are ignored, acknowledged before the task starts (the default)."""

import os

from celery import Celery
from noted import note

app = Celery("with_celery", broker=f"redis+socket://{os.environ['NOOP_BROKER']}")
app.conf.task_ignore_result = True


@app.task
def noop() -> None:
    """Do nothing."""
    note()


def queue(count: int) -> None:
    """Queue so many tasks."""
    for _ in range(count):
        noop.delay()
