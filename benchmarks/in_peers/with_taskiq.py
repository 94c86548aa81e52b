"""taskiq on a Redis stream, without a result backend: an async task, and one in its threads."""

import asyncio
import os

from noted import note
from taskiq import AsyncTaskiqDecoratedTask
from taskiq_redis import RedisStreamBroker

broker = RedisStreamBroker(url=f"unix://{os.environ['NOOP_BROKER']}", consumer_id="0")

Task = AsyncTaskiqDecoratedTask[[], None]


@broker.task
async def noop() -> None:
    """Do nothing."""
    note()


@broker.task
def noop_in_thread() -> None:
    """Do nothing, in a thread."""
    note()


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
