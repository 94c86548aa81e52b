"""Calls the function of a run (T1, T4, S10).

Each async function gets its own event loop in the thread of its run, so one that blocks does not
delay other runs or requests.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import TYPE_CHECKING

from .host import in_thread, wait_for
from .models import State
from .outcomes import RunTimeoutError, timed_out
from .stopping import RunCancelledError
from .work import Work

if TYPE_CHECKING:
    from .context import RunContext

LEFT_BEHIND_SECONDS = 5.0
"""Tasks that an async function started and did not await get so long to be cancelled."""

Observer = Callable[[str, str, State, float | None], None]
"""Called at the end of each attempt: kind, name, state (QUEUED: it will be retried), seconds."""


def no_observer(kind: str, name: str, state: State, seconds: float | None) -> None:
    """Do nothing: the observer of a service without metrics."""


def execute(
    work: Work,
    context: "RunContext",
    payload: str | None,
    returned: Callable[[], None] = lambda: None,
) -> BaseException | None:
    """Run the function and return what it raised, also SystemExit and KeyboardInterrupt.

    What the function returned is in `context.control.result` then. A function that returns after it
    noticed that it has to stop has not done its work.

    `returned` is called when an async function has ended, before its leftover tasks are cancelled.
    """
    stop, error = context.control.stop, None
    try:
        result = work.call(context, payload)
        if inspect.isawaitable(result):
            error = _run(_error_of(result, context, work.timeout), returned)
        else:
            context.control.keep(result, context.settings.result_max_bytes)
    except BaseException as raised:  # noqa: BLE001 (an error of a run must not end the process)
        return raised
    stopped = stop.noticed and (error is None or isinstance(error, RunTimeoutError))
    return RunCancelledError() if stopped else error


def _run(
    ending: Coroutine[None, None, BaseException | None], returned: Callable[[], None]
) -> BaseException | None:
    # asyncio.run would wait forever for tasks and threads that the function did not await.
    runner = asyncio.Runner()
    try:
        return runner.run(ending)
    finally:
        returned()
        wait_for(in_thread("what the function left behind", runner.close), LEFT_BEHIND_SECONDS)


async def _error_of(
    result: Awaitable[object], context: "RunContext", longest: timedelta | None
) -> BaseException | None:
    # Return the error, do not raise it: a SystemExit raised by a task would end the loop.
    limit = asyncio.timeout(None if longest is None else longest.total_seconds())
    try:
        async with limit:
            with context.control.stop.expires(limit):
                value = await result
        context.control.keep(value, context.settings.result_max_bytes)
    except BaseException as error:  # noqa: BLE001
        return timed_out(longest) if limit.expired() else error
    return None
