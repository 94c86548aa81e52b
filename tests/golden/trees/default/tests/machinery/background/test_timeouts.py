# ruff: noqa: PLR0913, PLR0917 (fixtures are arguments)
import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import BaseModel
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from shop.background import (
    RunContext,
    Task,
    attempt,
    execution,
    settling,
)
from shop.background.attempt import Attempt, Process
from shop.background.beats import beat
from shop.background.claim import Claimed, Limit, claim
from shop.background.dead_letters import DeadLetters
from shop.background.execution import no_observer
from shop.background.models import Run, State
from shop.background.outcomes import Outcome
from shop.background.runner import Runner
from shop.database import Database
from shop.process.logs import ContextFilter
from shop.settings import Settings

SOON = timedelta(seconds=0.05)
Ended = tuple[Claimed, Outcome]


class Nothing(BaseModel):
    pass


def ignore(_payload: Nothing, _context: RunContext) -> None:
    pass


def test_a_sync_run_is_timed_out_at_once_and_keeps_its_slot_until_its_thread_ends(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    wait_until: Callable[[Callable[[], object]], None],
    find: Callable[[UUID], Run],
    beats: Callable[[str], int],
    gate: threading.Event,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """T4: a thread cannot be stopped."""

    def hang(_payload: Nothing, context: RunContext) -> None:
        if context.run_id == slow:
            gate.wait()

    timeout = timedelta(seconds=0.5)
    task = Task(name="work", payload=Nothing, function=hang, timeout=timeout, max_concurrency=1)
    slow = queue(task)
    with caplog.filtering(ContextFilter()):
        runner = start_runner(task, lease_seconds=0.4)  # it beats every 0.1 s

        late = wait_for(slow, State.TIMED_OUT)
        assert late.error is not None
        assert late.error.endswith("took longer than 0:00:00.500000")
        assert late.held_by == runner.owner
        waiting = queue(task)
        wait_until(lambda: beats(runner.owner) > 2)
        assert find(waiting).state is State.QUEUED

        gate.set()
        wait_for(waiting, State.SUCCEEDED)
        assert find(slow).state is State.TIMED_OUT
        assert find(slow).held_by is None
    alarms = [r for r in caplog.records if r.levelno >= logging.WARNING]
    (alarm,) = (r for r in alarms if r.name.endswith("attempt"))
    assert alarm.getMessage() == "timed_out"
    assert alarm.__dict__["context"] == f" run_id={slow} work=work"


def test_a_timeout_is_recorded_when_it_has_come_and_not_before(
    settings: Settings,
    database: Database,
    queue: Callable[..., UUID],
    find: Callable[[UUID], Run],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """T4."""
    seconds = 1000.0
    monkeypatch.setattr(attempt, "monotonic", lambda: seconds)
    task = Task(name="work", payload=Nothing, function=ignore, timeout=timedelta(seconds=8))
    run_id = queue(task)
    with database.transaction() as session:
        now = datetime.now(UTC)
        beat(session, "me", 1, now, now)
        (run,) = claim(session, {"work": Limit()}, now, owner="me", slots=1)
    letters = DeadLetters(settings)
    process = Process(settings, database, no_observer, lambda: None, threading.Event(), letters)
    watched = Attempt(run, task, process)

    seconds += 7.9
    watched.check_timeout()
    assert find(run_id).state is State.RUNNING

    seconds += 0.2
    watched.check_timeout()
    assert find(run_id).state is State.TIMED_OUT
    assert find(run_id).held_by == "me"


def test_an_idempotent_run_is_not_repeated_before_its_timed_out_thread_ends(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    wait_until: Callable[[Callable[[], object]], None],
    beats: Callable[[str], int],
    gate: threading.Event,
) -> None:
    """T4, T6."""
    attempts: list[int] = []

    def hang(_payload: Nothing, context: RunContext) -> None:
        attempts.append(context.attempt)
        gate.wait()

    task = Task(
        name="work",
        payload=Nothing,
        function=hang,
        timeout=timedelta(seconds=0.5),
        idempotent=True,
        retry_delay=timedelta(0),
    )
    run_id = queue(task)
    runner = start_runner(task, lease_seconds=0.4)  # it beats every 0.1 s

    wait_until(lambda: attempts)
    wait_for(run_id, State.QUEUED)
    beaten = beats(runner.owner)
    wait_until(lambda: beats(runner.owner) > beaten + 1)
    assert attempts == [1]

    gate.set()
    wait_for(run_id, State.SUCCEEDED)
    assert attempts == [1, 2]


def test_an_async_run_is_cancelled_at_its_timeout_and_gives_its_slot_back(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_until: Callable[[Callable[[], object]], None],
    wait_for: Callable[[UUID, State], Run],
    find: Callable[[UUID], Run],
) -> None:
    """T4."""

    async def hang(_payload: Nothing, _context: RunContext) -> None:
        await asyncio.Event().wait()

    task = Task(name="work", payload=Nothing, function=hang, timeout=SOON)
    run_id = queue(task)

    start_runner(task)

    wait_for(run_id, State.TIMED_OUT)
    wait_until(lambda: find(run_id).held_by is None)


def test_an_async_run_that_returned_in_time_is_not_timed_out_by_what_it_left_behind(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_until: Callable[[Callable[[], object]], None],
    find: Callable[[UUID], Run],
    gate: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """T4: the result of the function counts, and the slot is released."""
    monkeypatch.setattr(execution, "LEFT_BEHIND_SECONDS", 0.75)
    left: set[asyncio.Task[None]] = set()

    async def stay() -> None:
        while not gate.is_set():
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(0.01)

    async def work(_payload: Nothing, _context: RunContext) -> None:
        left.add(asyncio.create_task(stay()))
        await asyncio.sleep(0)

    task = Task(name="work", payload=Nothing, function=work, timeout=timedelta(seconds=0.5))
    run_id = queue(task)

    start_runner(task)

    wait_until(lambda: find(run_id).state is not State.QUEUED)
    wait_until(lambda: find(run_id).state is not State.RUNNING)
    assert (find(run_id).state, find(run_id).held_by) == (State.SUCCEEDED, None)


def test_a_timeout_that_cannot_be_recorded_is_recorded_at_the_next_look(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    gate: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """T4: the database may not answer at that moment."""

    def hang(_payload: Nothing, _context: RunContext) -> None:
        gate.wait()

    settle, failures = settling.settle, [OperationalError("", None, Exception())]

    def fail_once(
        session: Session, ended: list[Ended], now: datetime, *, release: bool = True
    ) -> dict[UUID, State]:
        if failures and not release:
            raise failures.pop()
        return settle(session, ended, now, release=release)

    monkeypatch.setattr(settling, "settle", fail_once)
    task = Task(name="work", payload=Nothing, function=hang, timeout=SOON)
    late = queue(task)
    start_runner(task)

    wait_for(late, State.TIMED_OUT)
    assert failures == []
    gate.set()
