"""RQ: results are not kept; the worker is SimpleWorker, which does not fork for each job."""

import os

from noted import note
from redis import Redis
from rq import Queue


def noop() -> None:
    """Do nothing."""
    note()


def queue(count: int) -> None:
    """Queue so many tasks."""
    jobs = [Queue.prepare_data(noop, result_ttl=0) for _ in range(count)]
    Queue(connection=Redis.from_url(f"unix://{os.environ['NOOP_BROKER']}")).enqueue_many(jobs)
