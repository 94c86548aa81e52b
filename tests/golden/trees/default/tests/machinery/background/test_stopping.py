import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from pydantic import BaseModel

from shop.background import RunContext, Task
from shop.background.execution import execute
from shop.background.outcomes import RunTimeoutError
from shop.background.stopping import RunCancelledError
from shop.database import Database
from shop.settings import Settings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Nothing(BaseModel):
    pass


Function = Callable[[Nothing, RunContext], object]


def call(
    function: Function, context: RunContext, timeout: timedelta = timedelta(seconds=30)
) -> BaseException | None:
    task = Task(name="work", payload=Nothing, function=function, timeout=timeout)
    return execute(task, context, "{}")


def ask_from_elsewhere(context: RunContext) -> None:
    """Ask as the process does: in a thread of its own."""
    asking = threading.Thread(target=context.control.stop.ask)
    asking.start()
    asking.join()


async def be_cancelled() -> None:
    await asyncio.sleep(10)
    raise AssertionError


@pytest.fixture
def context(settings: Settings, database: Database) -> RunContext:
    return RunContext(uuid4(), "work", 1, NOW, settings, database)


def test_an_async_function_is_cancelled_where_it_waits(context: RunContext) -> None:
    """S10: once, however often somebody asks."""
    seen: list[str] = []

    async def work(_payload: Nothing, context: RunContext) -> None:
        ask_from_elsewhere(context)
        ask_from_elsewhere(context)
        try:
            await be_cancelled()
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            seen.append("tidy")
            raise

    assert isinstance(call(work, context), RunCancelledError)
    assert seen == ["tidy"]


def test_an_async_function_is_cancelled_that_was_to_stop_before_it_began(
    context: RunContext,
) -> None:
    async def work(_payload: Nothing, _context: RunContext) -> None:
        await be_cancelled()

    context.control.stop.ask()

    assert isinstance(call(work, context), RunCancelledError)


def test_an_async_function_that_catches_its_cancellation_and_returns_is_cancelled(
    context: RunContext,
) -> None:
    async def work(_payload: Nothing, context: RunContext) -> str:
        ask_from_elsewhere(context)
        with suppress(asyncio.CancelledError):
            await be_cancelled()
        return "half"

    assert isinstance(call(work, context), RunCancelledError)


def test_an_async_function_that_returns_before_its_cancellation_came_has_succeeded(
    context: RunContext, caplog: pytest.LogCaptureFixture
) -> None:
    """The loop may notice only after the end of the function, which harms nothing."""

    async def work(_payload: Nothing, context: RunContext) -> None:
        ask_from_elsewhere(context)

    assert call(work, context) is None
    assert caplog.messages == []


def test_the_timeout_does_not_cut_off_what_a_cancelled_function_tidies_up(
    context: RunContext,
) -> None:
    """T4."""
    seen: list[str] = []

    async def work(_payload: Nothing, context: RunContext) -> None:
        ask_from_elsewhere(context)
        try:
            await be_cancelled()
        finally:
            await asyncio.sleep(0.3)
            seen.append("tidy")

    assert isinstance(call(work, context, timedelta(seconds=0.2)), RunCancelledError)
    assert seen == ["tidy"]


def test_a_cancellation_does_not_cut_off_what_a_timed_out_function_tidies_up(
    context: RunContext,
) -> None:
    """T4."""
    seen: list[str] = []

    async def work(_payload: Nothing, context: RunContext) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ask_from_elsewhere(context)
            await asyncio.sleep(0.01)
            seen.append("tidy")

    assert isinstance(call(work, context, timedelta(seconds=0.05)), RunCancelledError)
    assert seen == ["tidy"]


def test_a_function_that_nobody_stops_is_told_so_and_times_out_as_ever(context: RunContext) -> None:
    """T4."""
    seen: list[bool] = []

    async def work(_payload: Nothing, context: RunContext) -> None:
        seen.append(context.cancelled)
        await asyncio.Event().wait()

    assert isinstance(call(work, context, timedelta(seconds=0.05)), RunTimeoutError)
    assert seen == [False]


def test_a_function_that_returns_because_it_has_to_stop_has_not_done_its_work(
    context: RunContext,
) -> None:
    def work(_payload: Nothing, context: RunContext) -> None:
        assert not context.cancelled
        ask_from_elsewhere(context)
        assert context.cancelled

    assert isinstance(call(work, context), RunCancelledError)


def test_a_function_that_did_not_look_has_done_its_work(context: RunContext) -> None:
    def work(_payload: Nothing, context: RunContext) -> None:
        assert not context.cancelled
        ask_from_elsewhere(context)

    assert call(work, context) is None


def test_what_a_function_raises_that_has_to_stop_is_given(context: RunContext) -> None:
    """S14."""

    def work(_payload: Nothing, context: RunContext) -> None:
        ask_from_elsewhere(context)
        if context.cancelled:
            raise ValueError("half done")

    async def work_async(payload: Nothing, context: RunContext) -> None:
        work(payload, context)

    assert isinstance(call(work, context), ValueError)
    assert isinstance(call(work_async, context), ValueError)


def test_a_request_after_the_end_of_the_function_does_nothing(context: RunContext) -> None:
    """Its event loop is closed then."""

    async def work(_payload: Nothing, _context: RunContext) -> None:
        await asyncio.sleep(0)

    assert call(work, context) is None
    context.control.stop.ask()
    assert context.cancelled
