import asyncio
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from pydantic import BaseModel

from shop.background import RunContext, Task, execution
from shop.background.execution import execute
from shop.background.outcomes import RunTimeoutError
from shop.database import Database
from shop.settings import Settings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LONG = timedelta(minutes=1)


class Nothing(BaseModel):
    pass


Function = Callable[[Nothing, RunContext], object]


def make_task(function: Function, *, timeout: timedelta = LONG) -> Task[Nothing]:
    return Task(name="work", payload=Nothing, function=function, timeout=timeout)


@pytest.fixture
def context(settings: Settings, database: Database) -> RunContext:
    return RunContext(uuid4(), "work", 1, NOW, settings, database)


def test_a_sync_function_runs_and_what_it_returns_is_of_no_interest(context: RunContext) -> None:
    """S10."""
    seen: list[RunContext] = []

    def work(_payload: Nothing, context: RunContext) -> str:
        seen.append(context)
        return "sent"

    assert execute(make_task(work), context, "{}") is None
    assert seen == [context]


def test_an_async_function_is_awaited_off_the_servers_loop(context: RunContext) -> None:
    """S10."""
    loops: list[asyncio.AbstractEventLoop] = []

    async def work(_payload: Nothing, _context: RunContext) -> None:
        await asyncio.sleep(0)
        loops.append(asyncio.get_running_loop())

    async def serve() -> BaseException | None:
        loops.append(asyncio.get_running_loop())
        return await asyncio.to_thread(execute, make_task(work), context, "{}")

    assert asyncio.run(serve()) is None
    server, own = loops
    assert own is not server


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(3), KeyboardInterrupt()])
def test_whatever_a_function_raises_is_given_and_ends_nothing_else(
    error: BaseException, context: RunContext
) -> None:
    """T1, S14."""

    def work(_payload: Nothing, _context: RunContext) -> None:
        raise error

    async def work_async(_payload: Nothing, _context: RunContext) -> None:
        raise error

    assert execute(make_task(work), context, "{}") is error
    assert execute(make_task(work_async), context, "{}") is error


def test_an_async_function_that_takes_too_long_is_cancelled(context: RunContext) -> None:
    """T4."""
    ended: list[str] = []

    async def work(_payload: Nothing, _context: RunContext) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    error = execute(make_task(work, timeout=timedelta(seconds=0.05)), context, "{}")

    assert isinstance(error, RunTimeoutError)
    assert str(error) == "took longer than 0:00:00.050000"
    assert ended == ["cancelled"]


def test_a_timeout_error_of_the_functions_own_is_not_taken_for_ours(context: RunContext) -> None:
    """T4."""

    async def work(_payload: Nothing, _context: RunContext) -> None:
        raise TimeoutError

    assert isinstance(execute(make_task(work), context, "{}"), TimeoutError)


def test_an_error_that_leaves_the_loop_itself_is_given_too(context: RunContext) -> None:
    """S14."""

    async def work(_payload: Nothing, _context: RunContext) -> None:
        asyncio.get_running_loop().call_soon(sys.exit, 4)
        await asyncio.Event().wait()

    assert isinstance(execute(make_task(work), context, "{}"), SystemExit)


@pytest.mark.parametrize("blocks", [False, True])
def test_what_an_async_function_left_behind_is_waited_for_a_while_only(
    context: RunContext,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    *,
    blocks: bool,
) -> None:
    """T1: a task that ignores its cancellation, and one that blocks the loop."""
    monkeypatch.setattr(execution, "LEFT_BEHIND_SECONDS", 0.1)
    gate, returned, left = threading.Event(), list[str](), set[asyncio.Task[None]]()

    async def stay() -> None:
        while not gate.is_set():
            try:
                await asyncio.sleep(0.01)
            except asyncio.CancelledError:
                if blocks:
                    gate.wait()

    async def work(_payload: Nothing, _context: RunContext) -> None:
        left.add(asyncio.create_task(stay()))
        await asyncio.sleep(0)

    task = make_task(work)
    try:
        assert execute(task, context, "{}", lambda: returned.append("yes")) is None
    finally:
        gate.set()

    assert returned == ["yes"]
    assert caplog.messages == ["what the function left behind takes too long, going on without it"]


def test_a_task_that_an_async_function_left_behind_is_cancelled_before_its_run_ends(
    context: RunContext,
) -> None:
    """T1: a cancelled task may need to clean up."""
    seen, left = (
        list[str](),
        set[asyncio.Task[None]](),
    )  # an event loop keeps only weak references to tasks

    async def tidy() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.05)
            seen.append("tidy")

    async def work(_payload: Nothing, _context: RunContext) -> None:
        left.add(asyncio.create_task(tidy()))
        await asyncio.sleep(0)
        raise ValueError

    error = execute(make_task(work), context, "{}", lambda: seen.append("returned"))

    assert isinstance(error, ValueError)
    assert seen == ["returned", "tidy"]
