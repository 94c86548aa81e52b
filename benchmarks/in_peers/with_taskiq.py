"""taskiq, without a result backend: an async task, and one in its threads.

On a Redis stream, or with NOOP_LIST on a list, where nothing is acknowledged.
"""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from noted import note, note_late
from taskiq import AsyncTaskiqDecoratedTask
from taskiq_redis import ListQueueBroker, RedisStreamBroker

URL = f"unix://{os.environ['NOOP_BROKER']}"
on_list = bool(os.environ.get("NOOP_LIST"))
broker = ListQueueBroker(URL) if on_list else RedisStreamBroker(url=URL, consumer_id="0")

Task = AsyncTaskiqDecoratedTask[[], None]


@broker.task
async def noop() -> None:
    """Do nothing."""
    note()


@broker.task
def noop_in_thread() -> None:
    """Do nothing, in a thread."""
    note()


@broker.task
async def late(sent: float) -> None:
    """Say how late it starts."""
    note_late(sent)


def queue(count: int) -> None:
    """Queue so many async tasks."""
    asyncio.run(_queue(noop, count))


def queue_in_thread(count: int) -> None:
    """Queue so many tasks that run in threads."""
    asyncio.run(_queue(noop_in_thread, count))


async def _queue(task: Task, count: int) -> None:
    await broker.startup()
    for _ in range(count):
        await task.kiq()
    await broker.shutdown()


@contextmanager
def sending() -> Iterator[Callable[[float], object]]:
    """Give what sends a single task."""
    with asyncio.Runner() as runner:
        runner.run(broker.startup())
        yield lambda sent: runner.run(late.kiq(sent))
        runner.run(broker.shutdown())
