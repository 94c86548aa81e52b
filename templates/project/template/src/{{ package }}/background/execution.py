"""Calls the function of one run, in a thread of its own, and says what came of it (T1, T4, S10).

An async function gets an event loop of its own in that thread: one that blocks holds up no other
run and no request. With `on_server_loop` it runs on the server's loop instead.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from .models import State
from .work import RunContext, Work

Observer = Callable[[str, str, State, float | None], None]
"""Told of each end of an attempt: kind, name, state (QUEUED: to be tried again), seconds it ran."""


def nobody(kind: str, name: str, state: State, seconds: float | None) -> None:
    """Observe nothing."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended; `retry_at` is set when there will be another."""

    state: State
    error: BaseException | None = None
    retry_at: datetime | None = None


class RunTimeoutError(Exception):
    """The run took longer than its `timeout`."""


def execute(
    work: Work,
    context: RunContext,
    payload: str | None,
    server_loop: asyncio.AbstractEventLoop | None = None,
) -> BaseException | None:
    """Run to the end and give what it raised, SystemExit and KeyboardInterrupt included."""
    try:
        result = work.call(context, payload)
        if result is not None and work.on_server_loop and server_loop is not None:
            asyncio.run_coroutine_threadsafe(_within(work.timeout, result), server_loop).result()
        elif result is not None:
            asyncio.run(_within(work.timeout, result))
    except BaseException as error:  # noqa: BLE001 (a run must not take its thread's owner down)
        return error
    return None


async def _within(longest: timedelta | None, result: Awaitable[None]) -> None:
    """Cancel what takes too long; a TimeoutError of the function's own passes through as it is."""
    seconds = None if longest is None else longest.total_seconds()
    try:
        async with asyncio.timeout(seconds) as limit:
            await result
    except TimeoutError:
        if limit.expired():
            raise timed_out(longest) from None
        raise


def timed_out(longest: timedelta | None) -> RunTimeoutError:
    """Make the error of a run that took too long."""
    return RunTimeoutError(f"took longer than {longest}")


def judge(work: Work, attempt: int, error: BaseException | None, now: datetime) -> Outcome:
    """Decide what an attempt that raised `error`, or did not, means for its run."""
    if error is None:
        return Outcome(State.SUCCEEDED)
    if isinstance(error, RunTimeoutError):
        again, state = work.may_repeat(attempt), State.TIMED_OUT
    else:
        again, state = work.may_retry(attempt, error), State.FAILED
    return Outcome(state, error, now + work.delay(attempt) if again else None)
