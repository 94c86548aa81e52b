"""A worker: `python -m shop.background.engines.worker`.

Not `taskiq worker`: that one ends five seconds after a signal whatever still runs, and when it is
killed its child processes go on.
"""

import asyncio
import logging
import sys
from collections.abc import Callable
from contextlib import suppress

from taskiq.acks import AcknowledgeType
from taskiq.receiver import Receiver

from ..host import SIGNALS, Deadline, RepeatedErrors, Settings, StartError
from ..standalone import BEAT_SECONDS, standalone
from .taskiq import TASK, Broker, make_broker
from .turns import Turns

logger = logging.getLogger(__name__)

RETRY_SECONDS = 1.0


def main() -> int:
    """Work until SIGTERM or SIGINT; return the exit code."""
    settings = Settings(runner=True, scheduler=False)
    turns, deadline = Turns(settings.runner_threads), Deadline(settings.shutdown_grace_seconds)
    try:
        with standalone(settings, turns) as beat:
            asyncio.run(serve(make_broker(settings), turns, beat, deadline.start))
            # Nothing listens any more; what runs is drained here.
    except StartError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        deadline.cancel()
    return 0


async def serve(
    broker: Broker, turns: Turns, beat: Callable[[], None], ending: Callable[[], None]
) -> None:
    """Take messages until a signal, which calls `ending`."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def on_signal() -> None:
        ending()
        ended.set()

    for number in SIGNALS:
        loop.add_signal_handler(number, on_signal)
    listening = asyncio.create_task(listen(broker, turns))
    while not ended.is_set():
        await asyncio.to_thread(beat)
        with suppress(TimeoutError):
            async with asyncio.timeout(BEAT_SECONDS):
                await ended.wait()
    listening.cancel()
    with suppress(asyncio.CancelledError):
        await listening
    await broker.shutdown()


async def listen(broker: Broker, turns: Turns) -> None:
    """Take as many messages at once as there are threads; try again when the broker is gone."""

    async def turn() -> None:
        await asyncio.wrap_future(turns.take())

    broker.is_worker_process = True
    broker.register_task(turn, task_name=TASK)
    errors = RepeatedErrors()
    when_executed = AcknowledgeType.WHEN_EXECUTED
    while True:
        try:
            receiver = Receiver(broker, max_async_tasks=turns.number, ack_type=when_executed)
            await receiver.listen(asyncio.Event())
        except Exception as error:  # noqa: BLE001 (each broker has its own)
            errors.log(logger, "the broker cannot be reached; trying again", error)
        await asyncio.sleep(RETRY_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
