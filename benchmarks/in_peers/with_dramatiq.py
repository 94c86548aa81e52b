"""dramatiq, with the middleware that it has by default."""

import os

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from noted import note

dramatiq.set_broker(RedisBroker(url=f"unix://{os.environ['NOOP_BROKER']}"))


@dramatiq.actor
def noop() -> None:
    """Do nothing."""
    note()


def queue(count: int) -> None:
    """Queue so many tasks."""
    for _ in range(count):
        noop.send()
