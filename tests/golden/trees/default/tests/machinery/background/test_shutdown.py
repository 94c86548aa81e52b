# ruff: noqa: PLR0913, PLR0917 (fixtures are arguments)
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import UUID

import pytest
from pydantic import BaseModel

from shop.background import Task
from shop.background.models import Run, State
from shop.background.runner import Runner
from shop.database import Database
from shop.process import repeated_errors


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
    task = Task(name="work", payload=Nothing, function=lambda _payload, _context: gate.wait())
    run_id = queue(task)
    runner = start_runner(
        task, shutdown_grace_seconds=0.01, observe=lambda *what: counted.append(what)
    )
    wait_for(run_id, State.RUNNING)

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

    with runner._intake._turning:
        runner.stop()

    assert runner.draining


def test_a_pass_that_outlives_the_shutdown_takes_no_run_of_its_own_for_cut_off(
    make_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    wait_until: Callable[[Callable[[], object]], None],
    find: Callable[[UUID], Run],
    gate: threading.Event,
) -> None:
    """T6: their threads end without a record, which must not count as dead."""
    task = Task(name="work", payload=Nothing, function=lambda _payload, _context: gate.wait())
    run_id = queue(task)
    runner = make_runner(task, shutdown_grace_seconds=0, lease_seconds=1)
    looks, look = [0], runner.wall_clock.check

    def wait_for_the_end() -> str:
        looks[0] += 1
        if looks[0] > 1:  # the first pass has started the run
            runner._stopped.wait(30)
        return look()

    runner.wall_clock.check = wait_for_the_end  # type: ignore[method-assign]
    runner.start()
    wait_for(run_id, State.RUNNING)
    wait_until(lambda: looks[0] > 1)

    runner.stop()

    assert find(run_id).state is State.INTERRUPTED
    gate.set()


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
