# ruff: noqa: PLR0913, PLR0917 (fixtures are arguments)
import asyncio
import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from pydantic import BaseModel
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from my_shop.background import RunContext, Task, ledger
from my_shop.background.execution import Outcome
from my_shop.background.models import Run, State
from my_shop.background.runner import Runner

SOON = timedelta(seconds=0.05)


class Nothing(BaseModel):
    pass


def test_a_sync_run_is_timed_out_at_once_and_keeps_its_slot_until_its_thread_ends(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    wait_until: Callable[[Callable[[], object]], None],
    find: Callable[[UUID], Run],
    gate: threading.Event,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """T4: a thread cannot be stopped."""

    def hang(_payload: Nothing, context: RunContext) -> None:
        if context.run_id == slow:
            gate.wait()

    task = Task(name="work", payload=Nothing, function=hang, timeout=SOON, max_concurrency=1)
    slow = queue(task)
    start_runner(task)

    late = wait_for(slow, State.TIMED_OUT)
    assert late.error is not None
    assert late.error.endswith("took longer than 0:00:00.050000")
    assert late.lease_until is not None
    waiting = queue(task)
    wait_until(lambda: find(slow).lease_until != late.lease_until)  # the heart has beaten
    assert find(waiting).state is State.QUEUED

    gate.set()
    wait_for(waiting, State.SUCCEEDED)
    assert find(slow).state is State.TIMED_OUT
    assert find(slow).lease_until is None
    alarms = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert alarms == ["timed_out"]


def test_an_idempotent_run_is_not_repeated_before_its_timed_out_thread_ends(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    wait_until: Callable[[Callable[[], object]], None],
    find: Callable[[UUID], Run],
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
        timeout=timedelta(seconds=0.2),
        idempotent=True,
        backoff=timedelta(0),
    )
    run_id = queue(task)
    start_runner(task)

    wait_until(lambda: attempts)
    again = wait_for(run_id, State.QUEUED)
    wait_until(lambda: find(run_id).lease_until != again.lease_until)
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
    wait_until(lambda: find(run_id).lease_until is None)


def test_a_timeout_that_cannot_be_recorded_is_recorded_at_the_next_look(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    gate: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """T4: the database may be away just then."""

    def hang(_payload: Nothing, _context: RunContext) -> None:
        gate.wait()

    settle, failures = ledger.settle, [OperationalError("", None, Exception())]

    def fail_once(session: Session, run: Run, outcome: Outcome, now: datetime) -> bool:
        if failures:
            raise failures.pop()
        return settle(session, run, outcome, now)

    monkeypatch.setattr(ledger, "settle", fail_once)
    task = Task(name="work", payload=Nothing, function=hang, timeout=SOON)
    late = queue(task)
    start_runner(task)

    wait_for(late, State.TIMED_OUT)
    assert failures == []
    gate.set()
