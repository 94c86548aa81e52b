"""The sender on a real broker."""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from functools import partial

import aio_pika
import pytest
from tests.servers.control import Servers

from shop.background.engines.taskiq import (
    Engine,
)
from shop.settings import Settings

WaitUntil = Callable[[Callable[[], object]], None]


@contextmanager
def taken(settings: Settings) -> Generator[None]:
    """Take a message as a worker does, and have it in hand during a block."""
    with asyncio.Runner() as runner:

        async def take() -> aio_pika.abc.AbstractConnection:
            connection = await aio_pika.connect(settings.broker_url)
            queue = await (await connection.channel()).get_queue(settings.broker_queue)
            await queue.get()
            return connection

        connection = runner.run(take())
        yield
        runner.run(connection.close())


def has_ready(engine: Engine, count: int) -> bool:
    """Tell whether so many messages wait; not while the broker cannot be reached."""
    with suppress(Exception):
        return engine.ready() == count
    return False


def test_an_unused_queue_is_empty(engine: Engine) -> None:
    assert engine.ready() == 0


def test_messages_wait_until_a_worker_has_taken_them(
    engine: Engine, settings: Settings, wait_until: WaitUntil
) -> None:
    """What a worker has in hand does not wait: else the relay would send too few."""
    engine.send(3)
    wait_until(partial(has_ready, engine, 3))

    with taken(settings):
        wait_until(partial(has_ready, engine, 2))


def test_a_broker_that_cannot_be_reached_is_an_error_at_once(settings: Settings) -> None:
    settings.broker_url = "amqp://127.0.0.1:1/"
    engine = Engine(settings)

    for action in (engine.ready, partial(engine.send, 1)):
        with pytest.raises(Exception, match=r"(?i)connect|cannot send"):
            action()

    engine.close()


def test_it_connects_again_to_a_broker_that_was_restarted(
    settings: Settings, own_broker: Servers, wait_until: WaitUntil
) -> None:
    """The broker keeps what it has accepted."""
    settings.broker_url = own_broker.urls["TEST_BROKER_URL"]
    engine = Engine(settings)
    engine.send(2)

    own_broker.order("restart")

    wait_until(partial(has_ready, engine, 2))
    engine.send(1)
    wait_until(partial(has_ready, engine, 3))
    engine.close()
