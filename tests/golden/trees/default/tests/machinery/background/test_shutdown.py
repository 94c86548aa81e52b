# ruff: noqa: PLR0913, PLR0917 (fixtures are arguments)
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from shop.background import Task, intake, settling
from shop.background import runner as runner_module
from shop.background.claim import Claimed, claim
from shop.background.models import Run, State
from shop.background.outcomes import Outcome
from shop.background.runner import Runner
from shop.database import Database
from shop.process import repeated_errors

Ended = tuple[Claimed, Outcome]


class Nothing(BaseModel):
    pass


def test_what_runs_is_drained_and_nothing_new_is_begun(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    wait_until: Callable[[Callable[[], object]], None],
    find: Callable[[UUID], Run],
    gate: threading.Event,
) -> None:
    """T6, S10, S11."""
    task = Task(name="work", payload=Nothing, function=lambda _payload, _context: gate.wait())
    running = queue(task)
    runner = start_runner(task, shutdown_grace_seconds=10)
    wait_for(running, State.RUNNING)

    stopping = threading.Thread(target=runner.stop)
    stopping.start()
    wait_until(lambda: runner.draining)
    waiting, queued_at = queue(task), time.monotonic()
    wait_until(lambda: runner.last_pass > queued_at + 0.1)  # it has done another pass
    gate.set()
    stopping.join()

    assert find(running).state is State.SUCCEEDED
    assert find(waiting).state is State.QUEUED
    assert not runner.running


def test_what_does_not_end_within_the_grace_period_is_interrupted(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    find: Callable[[UUID], Run],
    gate: threading.Event,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """T6, S10: if it ends later nevertheless, that is recorded."""
    counted: list[tuple[object, ...]] = []
    begun = threading.Event()

    def work(_payload: Nothing, _context: object) -> None:
        begun.set()
        gate.wait()

    task = Task(name="work", payload=Nothing, function=work)
    run_id = queue(task)
    runner = start_runner(
        task, shutdown_grace_seconds=0.01, observe=lambda *what: counted.append(what)
    )
    assert begun.wait(30)  # until then it is claimed, and only queued again

    runner.stop()

    cut_off = find(run_id)
    assert (cut_off.state, cut_off.error) == (State.INTERRUPTED, "cut off by a shutdown")
    assert cut_off.held_by is None
    assert cut_off.finished_at is not None
    assert counted == [("task", "work", State.INTERRUPTED, None)]
    assert f"cut off by the shutdown: run {run_id} of work" in caplog.messages
    gate.set()
    wait_for(run_id, State.SUCCEEDED)


def test_a_claim_that_hangs_holds_no_shutdown_up(make_runner: Callable[..., Runner]) -> None:
    """T11."""
    runner = make_runner(shutdown_grace_seconds=0.01)

    with runner.intake._turning:
        runner.stop()

    assert runner.draining


def test_a_pass_that_outlives_the_shutdown_does_not_bring_its_process_back(
    make_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    wait_until: Callable[[Callable[[], object]], None],
    find: Callable[[UUID], Run],
    beats: Callable[[str], int],
    gate: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """T6, T11: the next process looks after what it has marked as interrupted."""
    monkeypatch.setattr(runner_module, "STOP_SECONDS", 0.1)
    task = Task(name="work", payload=Nothing, function=lambda _payload, _context: gate.wait())
    run_id = queue(task)
    runner = make_runner(task, shutdown_grace_seconds=0)
    look, hangs, goes_on = runner.wall_clock.check, threading.Event(), threading.Event()

    def hang_once_it_runs() -> str:
        if find(run_id).state is State.RUNNING:
            hangs.set()
            goes_on.wait(30)
            runner._heartbeat.beat_soon()
        return look()

    runner.wall_clock.check = hang_once_it_runs  # type: ignore[method-assign]
    runner.start()
    wait_until(hangs.is_set)

    runner.stop()
    wait_for(run_id, State.INTERRUPTED)
    goes_on.set()
    wait_until(lambda: not runner.running)

    assert find(run_id).state is State.INTERRUPTED
    assert beats(runner.owner) == 0
    gate.set()


def test_what_is_claimed_while_the_shutdown_begins_is_not_called(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    find: Callable[[UUID], Run],
    wait_until: Callable[[Callable[[], object]], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """T6, T10: it waits for the next process, and no attempt counts."""
    called: list[int] = []

    def claim_and_close(*arguments: Any, **options: Any) -> list[Claimed]:  # noqa: ANN401
        claimed = claim(*arguments, **options)
        runner.intake.closed = runner.intake.closed or bool(claimed)
        return claimed

    monkeypatch.setattr(intake, "claim", claim_and_close)
    task = Task(name="work", payload=Nothing, function=lambda _, run: called.append(run.attempt))
    runner = start_runner(task)
    run_id = queue(task)
    runner.wake()
    wait_until(lambda: runner.draining)

    runner.stop()

    waiting = find(run_id)
    assert (waiting.state, waiting.attempt) == (State.QUEUED, 0)
    assert called == []


def test_an_end_that_could_not_be_recorded_before_is_recorded_as_the_process_leaves(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    find: Callable[[UUID], Run],
    wait_until: Callable[[Callable[[], object]], None],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """T6: it was not cut off."""
    settle = settling.settle

    def settle_at_the_end(
        session: Session, ended: list[Ended], now: datetime, *, release: bool
    ) -> dict[UUID, State]:
        if ended and not runner._stopped.is_set():
            raise OperationalError("", None, Exception("no answer"))
        return settle(session, ended, now, release=release)

    monkeypatch.setattr(settling, "settle", settle_at_the_end)
    task = Task(name="work", payload=Nothing, function=lambda _payload, _context: None)
    runner = start_runner(task, shutdown_grace_seconds=0)
    run_id = queue(task)
    runner.wake()
    wait_until(lambda: "no answer" in caplog.text)

    runner.stop()

    assert find(run_id).state is State.SUCCEEDED


def test_a_runner_that_was_never_started_stops_at_once(make_runner: Callable[..., Runner]) -> None:
    """T6: RUNNER=off."""
    runner = make_runner()

    runner.stop()

    assert runner.draining
    assert not runner.running


def test_a_shutdown_while_the_database_is_locked_leaves_its_runs_to_a_sweep(
    impatient: Database,
    locked: Callable[[], AbstractContextManager[None]],
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    find: Callable[[UUID], Run],
    wait_until: Callable[[Callable[[], object]], None],
    gate: threading.Event,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """T6, S15."""
    task = Task(name="work", payload=Nothing, function=lambda _payload, _context: gate.wait())
    run_id = queue(task)
    runner = start_runner(task, on=impatient, shutdown_grace_seconds=0)
    wait_for(run_id, State.RUNNING)

    monkeypatch.setattr(repeated_errors, "EVERY_SECONDS", 0)
    with locked():
        runner.stop()
        gate.set()
        wait_until(lambda: "the end of a run cannot be recorded" in caplog.text)

    assert "interrupted runs cannot be marked; a sweep will find them" in caplog.messages
    left = find(run_id)
    assert left.state is State.RUNNING
    assert left.held_by == runner.owner
