"""huey, without results."""

import os

from huey import RedisHuey
from noted import note

huey = RedisHuey("noop", url=f"unix://{os.environ['NOOP_BROKER']}", results=False)


@huey.task()
def noop() -> None:
    """Do nothing."""
    note()


def queue(count: int) -> None:
    """Queue so many tasks."""
    for _ in range(count):
        noop()
