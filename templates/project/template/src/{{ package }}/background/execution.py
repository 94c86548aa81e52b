"""Calls the function of one run and says what came of it (T1, T4, S10).

An async function gets an event loop of its own, in the thread of its run: one that blocks holds up
no other run and no request.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta

from .host import in_thread, wait_for
from .models import State
from .work import RunContext, Work

LEFT_BEHIND_SECONDS = 5.0
"""So long tasks that an async function has left behind may take to be cancelled."""

Observer = Callable[[str, str, State, float | None], None]
"""Told of each end of an attempt: kind, name, state (QUEUED: to be tried again), seconds it ran."""


def nobody(kind: str, name: str, state: State, seconds: float | None) -> None:
    """Observe nothing."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended; one that is to be repeated is QUEUED, until `retry_at`."""

    state: State
    error: BaseException | None = None
    retry_at: datetime | None = None


class RunTimeoutError(Exception):
    """The run took longer than its `timeout`."""


def execute(
    work: Work,
    context: RunContext,
    payload: str | None,
    returned: Callable[[], None] = lambda: None,
) -> BaseException | None:
    """Run to the end and give what it raised, SystemExit and KeyboardInterrupt included.

    `returned` is called when an async function has come to its end, before what it left behind has.
    """
    try:
        result = work.call(context, payload)
        if not inspect.isawaitable(result):
            return None
        return _run(_error_of(result, work.timeout), returned)
    except BaseException as error:  # noqa: BLE001 (a run must not take its thread's owner down)
        return error


def _run(
    ending: Coroutine[None, None, BaseException | None], returned: Callable[[], None]
) -> BaseException | None:
    # asyncio.run would wait without an end for tasks and threads that the function left behind.
    runner = asyncio.Runner()
    try:
        return runner.run(ending)
    finally:
        returned()
        wait_for(in_thread("what the function left behind", runner.close), LEFT_BEHIND_SECONDS)


async def _error_of(result: Awaitable[object], longest: timedelta | None) -> BaseException | None:
    # Given, not raised: a SystemExit that leaves a task ends the loop.
    limit = asyncio.timeout(None if longest is None else longest.total_seconds())
    try:
        async with limit:
            await result
    except BaseException as error:  # noqa: BLE001
        return timed_out(longest) if limit.expired() else error
    return None


def timed_out(timeout: timedelta | None) -> RunTimeoutError:
    """Make the error of a run that took too long."""
    return RunTimeoutError(f"took longer than {timeout}")


def judge(work: Work, attempt: int, error: BaseException | None, now: datetime) -> Outcome:
    """Decide what an attempt that raised `error`, or did not, means for its run."""
    if error is None:
        return Outcome(State.SUCCEEDED)
    if isinstance(error, RunTimeoutError):
        again, state = work.may_repeat(attempt), State.TIMED_OUT
    else:
        again, state = work.may_retry(attempt, error), State.FAILED
    if again:
        return Outcome(State.QUEUED, error, retry_at=now + work.delay(attempt))
    return Outcome(state, error)
