"""Taskiq as the engine: its settings, and how the relay sends.

The settings matter little for correctness, since a message has no content and a lost one is sent
again by the relay. They keep a worker from taking what another could run.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from taskiq import AsyncTaskiqDecoratedTask
from taskiq_aio_pika import AioPikaBroker, Queue, QueueType

from ..host import Settings

Broker = AioPikaBroker
Result = TypeVar("Result")

TASK = "turn"
WAIT_SECONDS = 5.0
"""For an answer of the broker."""


def make_broker(settings: Settings) -> AioPikaBroker:
    """Make a broker for one queue of turns.

    Quorum queues survive the loss of a node, and are the only kind that RabbitMQ replicates.
    `qos`: a worker takes no more messages than it has threads.
    """
    queue = Queue(name=settings.broker_queue, type=QueueType.QUORUM)
    return AioPikaBroker(
        settings.broker_url,
        qos=settings.runner_threads,
        task_queues=[queue],
        dead_letter_queue=Queue(name=f"{settings.broker_queue}.dead", type=QueueType.QUORUM),
    )


async def _turn() -> None:
    """Stand for the function that the worker has under this name."""


class Engine:
    """Sends turns, in the thread of the relay."""

    def __init__(self, settings: Settings) -> None:
        """Prepare; it connects when it is used."""
        self._settings = settings
        self._runner = asyncio.Runner()
        self._broker: Broker | None = None

    def ready(self) -> int:
        """Return how many messages wait for a worker."""
        return self._runner.run(self._limited(self._ready))

    def send(self, count: int) -> None:
        """Send `count` messages."""
        self._runner.run(self._limited(partial(self._send, count)))

    def close(self) -> None:
        """Close the connection and the event loop."""
        self._runner.run(self._disconnect())
        self._runner.close()

    async def _limited(self, action: Callable[[Broker], Awaitable[Result]]) -> Result:
        """Keep the connection until an error: then the next call makes another."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                if self._broker is None:
                    self._broker = make_broker(self._settings)
                    await self._broker.startup()
                return await action(self._broker)
        except BaseException:
            await self._disconnect()
            raise

    async def _ready(self, broker: Broker) -> int:
        robust: Any = broker.write_channel  # there is one since `startup`
        channel = await robust.get_underlay_channel()  # the robust one remembers the first answer
        queue = await channel.queue_declare(self._settings.broker_queue, passive=True)
        return int(queue.message_count)

    async def _send(self, count: int, broker: Broker) -> None:
        task = AsyncTaskiqDecoratedTask(broker, TASK, _turn, {})
        # Not one after another: RabbitMQ confirms each, and many together take hardly longer.
        await asyncio.gather(*(task.kiq() for _ in range(count)))

    async def _disconnect(self) -> None:
        broker, self._broker = self._broker, None
        if broker is not None:
            with suppress(Exception):  # it may be gone
                await broker.shutdown()
