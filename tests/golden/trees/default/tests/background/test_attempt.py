# ruff: noqa: PLR0913, PLR0917 (fixtures are arguments)
import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from uuid import UUID

import pytest
from pydantic import BaseModel

from shop.background import RunContext, Task
from shop.background.models import Run, State
from shop.background.runner import Runner
from shop.database import Database


class Nothing(BaseModel):
    pass


def test_a_run_that_raises_is_logged_recorded_counted_and_drops_no_other(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    wait_until: Callable[[Callable[[], object]], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """T1, S14."""
    counted: list[tuple[object, ...]] = []

    def fail(_payload: Nothing, context: RunContext) -> None:
        if context.run_id == bad:
            raise SystemExit(3)

    task = Task(name="work", payload=Nothing, function=fail)
    bad, good = queue(task), queue(task)

    start_runner(task, observe=lambda *what: counted.append(what[:3]))

    assert wait_for(bad, State.FAILED).error == "SystemExit: 3"
    assert wait_for(good, State.SUCCEEDED).error is None
    wait_until(lambda: len(counted) == 2)  # counted once it is on record
    assert sorted(counted) == [("task", "work", "failed"), ("task", "work", "succeeded")]
    assert [r.levelname for r in caplog.records if r.exc_info] == ["ERROR"]


def test_a_run_is_tried_again_as_often_as_it_says_and_then_is_a_dead_letter(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
) -> None:
    """T4, T9."""
    attempts: list[int] = []

    def fail(_payload: Nothing, context: RunContext) -> None:
        attempts.append(context.attempt)
        raise OSError("down")

    task = Task(name="work", payload=Nothing, function=fail, retries=2, backoff=timedelta(0))
    run_id = queue(task)

    start_runner(task)

    assert wait_for(run_id, State.FAILED).error == "OSError: down"
    assert attempts == [1, 2, 3]


def test_an_end_that_cannot_be_written_is_written_when_the_database_answers_again(
    impatient: Database,
    locked: Callable[[], AbstractContextManager[None]],
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    wait_until: Callable[[Callable[[], object]], None],
    gate: threading.Event,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """S15, T1: somebody locks the database for longer than a statement waits."""
    task = Task(name="work", payload=Nothing, function=lambda _payload, _context: gate.wait())
    run_id = queue(task)
    start_runner(task, on=impatient)
    wait_for(run_id, State.RUNNING)

    with locked():
        gate.set()
        wait_until(lambda: "end of the run cannot be recorded" in caplog.text)
        wait_until(lambda: "the ledger cannot be used" in caplog.text)

    wait_for(run_id, State.SUCCEEDED)


def test_an_end_that_comes_after_another_took_the_run_over_changes_nothing(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    wait_until: Callable[[Callable[[], object]], None],
    find: Callable[[UUID], Run],
    gate: threading.Event,
    database: Database,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """S2: this process had stalled for longer than its lease."""
    task = Task(name="work", payload=Nothing, function=lambda _payload, _context: gate.wait())
    run_id = queue(task)
    start_runner(task)
    wait_for(run_id, State.RUNNING)
    with database.transaction() as session:
        session.get_one(Run, run_id).owner = "another"

    gate.set()

    wait_until(lambda: "no longer ours" in caplog.text)
    assert find(run_id).state is State.RUNNING
    assert caplog.records[-1].levelno == logging.WARNING
