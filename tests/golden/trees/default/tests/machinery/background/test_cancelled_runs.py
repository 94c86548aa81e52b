# ruff: noqa: PLR0913, PLR0917 (fixtures are arguments)
import asyncio
import logging
import signal
import subprocess
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel
from sqlalchemy.orm import Session

from shop.background import RunContext, Task, cancel, cancelling
from shop.background.cancelling import CancelWatch
from shop.background.control import Control
from shop.background.models import Run, State
from shop.background.runner import Runner
from shop.background.watcher import Watcher
from shop.database import Database
from shop.settings import Settings

SELDOM = {"poll_seconds": 60, "lease_seconds": 600}
"""A poll interval so long that nothing is found by polling."""


class Nothing(BaseModel):
    pass


def wait_to_be_cancelled(_payload: Nothing, context: RunContext) -> None:
    while not context.cancelled:
        threading.Event().wait(0.01)


OBEY = Task(name="obey", payload=Nothing, function=wait_to_be_cancelled, retries=3, idempotent=True)
Stop = Callable[[UUID], State | None]


@pytest.fixture
def stop(database: Database) -> Stop:
    """Cancel a run as another process does."""

    def stop(run_id: UUID) -> State | None:
        with database.transaction() as session:
            return cancel(session, run_id, datetime.now(UTC))

    return stop


def test_a_run_that_waits_never_starts(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    find: Callable[[UUID], Run],
    stop: Stop,
) -> None:
    called: list[UUID] = []
    task = Task(name="work", payload=Nothing, function=lambda _, run: called.append(run.run_id))
    cancelled, other = queue(task), queue(task)

    assert stop(cancelled) is State.CANCELLED
    start_runner(task)

    wait_for(other, State.SUCCEEDED)
    assert (find(cancelled).state, called) == (State.CANCELLED, [other])


def test_a_run_that_waits_for_its_timed_out_thread_does_not_start_again(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    wait_until: Callable[[Callable[[], object]], None],
    find: Callable[[UUID], Run],
    stop: Stop,
) -> None:
    """T4: the thread is told too, and gives its slot back."""
    attempts: list[int] = []

    def work(payload: Nothing, context: RunContext) -> None:
        attempts.append(context.attempt)
        wait_to_be_cancelled(payload, context)

    timeout = timedelta(seconds=0.3)
    task = Task(name="work", payload=Nothing, function=work, timeout=timeout, idempotent=True)
    run_id = queue(task)
    start_runner(task)
    wait_until(lambda: attempts)
    wait_for(run_id, State.QUEUED)

    assert stop(run_id) is State.CANCELLED

    wait_until(lambda: find(run_id).held_by is None)
    assert (find(run_id).state, attempts) == (State.CANCELLED, [1])


def test_a_function_that_looks_is_stopped_and_the_end_is_counted_and_logged(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    wait_until: Callable[[Callable[[], object]], None],
    stop: Stop,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """T4, T9: it is not tried again."""
    caplog.set_level(logging.INFO, "shop")
    counted: list[tuple[object, ...]] = []
    run_id = queue(OBEY)
    start_runner(OBEY, observe=lambda *what: counted.append(what))
    wait_for(run_id, State.RUNNING)

    assert stop(run_id) is State.RUNNING

    run = wait_for(run_id, State.CANCELLED)
    assert (run.attempt, run.error, run.held_by) == (1, None, None)
    wait_until(lambda: "cancelled" in caplog.messages)
    ((*what, seconds),) = counted
    assert what == ["task", "obey", State.CANCELLED]
    assert isinstance(seconds, float)


def test_an_async_function_is_cancelled(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    stop: Stop,
) -> None:
    """S10."""

    async def hang(_payload: Nothing, _context: RunContext) -> None:
        await asyncio.Event().wait()

    task = Task(name="work", payload=Nothing, function=hang, retries=3)
    run_id = queue(task)
    start_runner(task)
    wait_for(run_id, State.RUNNING)

    stop(run_id)

    wait_for(run_id, State.CANCELLED)


def test_a_function_that_raises_after_it_was_to_stop_is_cancelled_and_the_reason_is_kept(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    wait_until: Callable[[Callable[[], object]], None],
    stop: Stop,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """T9, S14."""
    caplog.set_level(logging.INFO, "shop")

    def work(payload: Nothing, context: RunContext) -> None:
        wait_to_be_cancelled(payload, context)
        raise OSError("half done")

    task = Task(name="work", payload=Nothing, function=work, retries=3)
    run_id = queue(task)
    start_runner(task)
    wait_for(run_id, State.RUNNING)

    stop(run_id)

    assert wait_for(run_id, State.CANCELLED).error == "OSError: half done"
    wait_until(lambda: any(r.exc_info for r in caplog.records))
    (line,) = (r for r in caplog.records if r.exc_info)
    assert (line.levelname, line.getMessage()) == ("INFO", "cancelled")


def test_a_timeout_after_it_was_to_stop_leaves_no_dead_letter(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    gate: threading.Event,
    stop: Stop,
) -> None:
    """T4, T9: the function does not look, and keeps its slot until its thread ends."""
    task = Task(
        name="work",
        payload=Nothing,
        function=lambda _payload, _context: gate.wait(),
        timeout=timedelta(seconds=0.5),
    )
    run_id = queue(task)
    runner = start_runner(task)
    wait_for(run_id, State.RUNNING)

    stop(run_id)

    assert wait_for(run_id, State.CANCELLED).held_by == runner.owner


def test_each_of_two_requests_is_noticed_without_a_poll(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    stop: Stop,
) -> None:
    """The process does not look again at once, but it does not forget the second."""
    first, second = queue(OBEY), queue(OBEY)
    runner = start_runner(OBEY, **SELDOM)
    for run_id in (first, second):
        wait_for(run_id, State.RUNNING)

    for run_id in (first, second):
        stop(run_id)
        runner.wake()
        wait_for(run_id, State.CANCELLED)


def test_a_request_by_another_process_wakes_the_one_that_runs_it(
    settings: Settings,
    database: Database,
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
) -> None:
    runner = start_runner(OBEY, **SELDOM)
    watcher, other = Watcher(database, runner.wake), Database(settings.database_url)
    watcher.start()
    run_id = queue(OBEY)
    runner.wake()
    wait_for(run_id, State.RUNNING)

    with other.transaction() as session:
        cancel(session, run_id, datetime.now(UTC))

    wait_for(run_id, State.CANCELLED)
    watcher.stop()
    other.close()


def test_a_process_looks_twice_a_second_at_most_and_only_while_it_runs_something(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment, looks = 1000.0, list[float]()
    monkeypatch.setattr(cancelling, "monotonic", lambda: moment)
    snapshot = database.snapshot

    def look() -> AbstractContextManager[Session]:
        looks.append(moment)
        return snapshot()

    monkeypatch.setattr(database, "snapshot", look)
    watch, running = CancelWatch("me", database), {uuid4(): Control()}

    assert watch.check({}) == float("inf")
    assert watch.check(running) == float("inf")
    moment += 0.125
    assert watch.check(running) == 0.375
    moment += 0.375
    assert watch.check(running) == float("inf")
    assert looks == [1000, 1000.5]
    assert not any(control.stop.asked for control in running.values())


def test_what_runs_during_a_shutdown_can_be_cancelled(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    wait_until: Callable[[Callable[[], object]], None],
    find: Callable[[UUID], Run],
    stop: Stop,
) -> None:
    """T6: so that nobody has to wait for it."""
    run_id = queue(OBEY)
    runner = start_runner(OBEY, shutdown_grace_seconds=60)
    wait_for(run_id, State.RUNNING)
    stopping = threading.Thread(target=runner.stop)
    stopping.start()
    wait_until(lambda: runner.draining)

    stop(run_id)
    stopping.join(30)

    assert not stopping.is_alive()
    assert find(run_id).state is State.CANCELLED


def test_what_is_cut_off_by_a_shutdown_after_it_was_to_stop_is_counted_as_cancelled(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    find: Callable[[UUID], Run],
    gate: threading.Event,
    stop: Stop,
) -> None:
    """T6."""
    counted: list[tuple[object, ...]] = []
    task = Task(name="work", payload=Nothing, function=lambda _payload, _context: gate.wait())
    run_id = queue(task)
    runner = start_runner(
        task, shutdown_grace_seconds=0.01, observe=lambda *what: counted.append(what)
    )
    wait_for(run_id, State.RUNNING)
    stop(run_id)

    runner.stop()

    run = find(run_id)
    assert (run.state, run.error) == (State.CANCELLED, "cut off by a shutdown")
    assert counted == [("task", "work", State.CANCELLED, None)]


@pytest.mark.processes
def test_another_process_stops_what_it_runs(
    start_process: Callable[..., subprocess.Popen[bytes]],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    stop: Stop,
    tmp_path: Path,
) -> None:
    run_id = queue(OBEY)
    process = start_process()
    wait_for(run_id, State.RUNNING)

    stop(run_id)

    wait_for(run_id, State.CANCELLED)
    lines = [f"{what} {run_id} {process.pid}" for what in ("start", "end")]
    assert (tmp_path / "log").read_text().splitlines() == lines


@pytest.mark.processes
def test_a_run_that_was_to_stop_is_not_repeated_when_its_process_is_killed(
    start_process: Callable[..., subprocess.Popen[bytes]],
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    stop: Stop,
) -> None:
    """S2, T6."""
    repeat = Task(name="repeat", payload=Nothing, function=wait_to_be_cancelled, idempotent=True)
    run_id = queue(repeat)
    process = start_process()
    wait_for(run_id, State.RUNNING)

    assert stop(run_id) is State.RUNNING
    process.send_signal(signal.SIGKILL)
    start_runner(repeat, lease_seconds=1)

    assert wait_for(run_id, State.CANCELLED).attempt == 1
