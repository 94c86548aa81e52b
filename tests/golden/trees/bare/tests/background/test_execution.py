import asyncio
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from pydantic import BaseModel

from my_shop.background import RunContext, Task, execution
from my_shop.background.execution import RunTimeoutError, execute
from my_shop.database import Database
from my_shop.settings import Settings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LONG = timedelta(minutes=1)


class Nothing(BaseModel):
    pass


Function = Callable[[Nothing, RunContext], object]


def make_task(
    function: Function, *, on_server_loop: bool = False, timeout: timedelta = LONG
) -> Task[Nothing]:
    return Task(
        name="work",
        payload=Nothing,
        function=function,
        timeout=timeout,
        on_server_loop=on_server_loop,
    )


@pytest.fixture
def context(settings: Settings, database: Database) -> RunContext:
    return RunContext(uuid4(), "work", 1, NOW, settings, database)


@pytest.fixture
def server_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Run a loop in another thread, as a server does."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_a_sync_function_runs_and_what_it_returns_is_of_no_interest(context: RunContext) -> None:
    """S10."""
    seen: list[RunContext] = []

    def work(_payload: Nothing, context: RunContext) -> str:
        seen.append(context)
        return "sent"

    assert execute(make_task(work), context, "{}") is None
    assert seen == [context]


def test_an_async_function_is_awaited_off_the_servers_loop(
    context: RunContext, server_loop: asyncio.AbstractEventLoop
) -> None:
    """S10."""
    loops: list[asyncio.AbstractEventLoop] = []

    async def work(_payload: Nothing, _context: RunContext) -> None:
        await asyncio.sleep(0)
        loops.append(asyncio.get_running_loop())

    assert execute(make_task(work), context, "{}", server_loop) is None
    assert loops != [server_loop]


def test_an_async_function_that_asks_for_it_runs_on_the_servers_loop(
    context: RunContext, server_loop: asyncio.AbstractEventLoop
) -> None:
    """S10."""
    loops: list[asyncio.AbstractEventLoop] = []

    async def work(_payload: Nothing, _context: RunContext) -> None:
        await asyncio.sleep(0)
        loops.append(asyncio.get_running_loop())

    task = make_task(work, on_server_loop=True)

    assert execute(task, context, "{}", server_loop) is None
    assert loops == [server_loop]
    assert execute(task, context, "{}") is None  # in a process that has no server
    assert loops[1] is not server_loop


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(3), KeyboardInterrupt()])
@pytest.mark.parametrize("on_server_loop", [True, False])
def test_whatever_a_function_raises_is_given_and_ends_nothing_else(
    error: BaseException,
    on_server_loop: bool,  # noqa: FBT001
    context: RunContext,
    server_loop: asyncio.AbstractEventLoop,
) -> None:
    """T1, S14."""

    def work(_payload: Nothing, _context: RunContext) -> None:
        raise error

    async def work_async(_payload: Nothing, _context: RunContext) -> None:
        raise error

    task = make_task(work_async, on_server_loop=on_server_loop)

    assert execute(make_task(work), context, "{}") is error
    assert execute(task, context, "{}", server_loop) is error
    assert server_loop.is_running()


@pytest.mark.parametrize("on_server_loop", [True, False])
def test_an_async_function_that_takes_too_long_is_cancelled(
    on_server_loop: bool,  # noqa: FBT001
    context: RunContext,
    server_loop: asyncio.AbstractEventLoop,
) -> None:
    """T4."""
    ended: list[str] = []

    async def work(_payload: Nothing, _context: RunContext) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    task = make_task(work, on_server_loop=on_server_loop, timeout=timedelta(seconds=0.05))
    error = execute(task, context, "{}", server_loop)

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
    """T1: a task that does not let itself be cancelled, and one that blocks its loop."""
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
        assert execute(task, context, "{}", None, lambda: returned.append("yes")) is None
    finally:
        gate.set()

    assert returned == ["yes"]
    assert caplog.messages == ["what the function left behind takes too long, going on without it"]


def test_a_task_that_an_async_function_left_behind_is_cancelled_before_its_run_ends(
    context: RunContext,
) -> None:
    """T1: it may have things to put in order."""
    seen: list[str] = []

    async def tidy() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.05)
            seen.append("tidy")

    async def work(_payload: Nothing, _context: RunContext) -> None:
        seen.append(repr(asyncio.create_task(tidy())))
        await asyncio.sleep(0)
        raise ValueError

    error = execute(make_task(work), context, "{}", None, lambda: seen.append("returned"))

    assert isinstance(error, ValueError)
    assert seen[1:] == ["returned", "tidy"]
