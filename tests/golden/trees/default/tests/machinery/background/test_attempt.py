# ruff: noqa: PLR0913, PLR0917 (fixtures are arguments)
import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import BaseModel

from shop.background import RunContext, Task
from shop.background.models import Run, State
from shop.background.runner import Runner
from shop.database import Database
from shop.process import repeated_errors
from shop.process.logs import ContextFilter
from shop.settings import Settings


class Nothing(BaseModel):
    pass


def test_a_function_is_told_what_its_run_is_about_in_a_thread_that_bears_its_name(
    settings: Settings,
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    database: Database,
) -> None:
    """T1: a daemon thread, so that a hanging run does not block the exit."""
    given: list[RunContext] = []
    threads: list[tuple[str, bool]] = []

    def work(_payload: Nothing, context: RunContext) -> None:
        given.append(context)
        threads.append((threading.current_thread().name, threading.current_thread().daemon))

    task = Task(name="work", payload=Nothing, function=work)
    due_at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    run_id = queue(task, due_at)
    start_runner(task)

    wait_for(run_id, State.SUCCEEDED)
    (context,) = given
    assert (context.run_id, context.name, context.attempt) == (run_id, "work", 1)
    assert context.due_at == due_at
    assert (context.settings, context.database) == (settings, database)
    assert threads == [(f"run: work {run_id}", True)]


def test_every_line_that_is_logged_for_a_run_names_it(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_until: Callable[[Callable[[], object]], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """T1: also on lines that the function logs; `logs.configure` shows them."""
    caplog.set_level(logging.INFO, "shop")
    caplog.set_level(logging.INFO, "mine")
    task = Task(
        name="work",
        payload=Nothing,
        function=lambda _payload, _context: logging.getLogger("mine").info("at work"),
    )
    run_id = queue(task)

    with caplog.filtering(ContextFilter()):
        start_runner(task)
        wait_until(lambda: "succeeded" in caplog.messages)

    lines = {r.getMessage(): r.__dict__["context"] for r in caplog.records}
    named = f" run_id={run_id} work=work"
    assert (lines["at work"], lines["succeeded"]) == (named, named)


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

    start_runner(task, observe=lambda *what: counted.append(what))

    assert wait_for(bad, State.FAILED).error == "SystemExit: 3"
    assert wait_for(good, State.SUCCEEDED).error is None
    wait_until(lambda: len(counted) == 2 and any(r.exc_info for r in caplog.records))
    ends = sorted(counted)
    assert [end[:3] for end in ends] == [
        ("task", "work", "failed"),
        ("task", "work", "succeeded"),
    ]
    assert all(isinstance(end[3], float) and 0 <= end[3] < 60 for end in ends)
    (line,) = (r for r in caplog.records if r.exc_info)
    assert (line.levelname, line.getMessage()) == ("ERROR", "failed")
    assert line.exc_info
    assert line.exc_info[0] is SystemExit


def test_a_run_is_tried_again_as_often_as_it_says_and_then_is_a_dead_letter(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    wait_until: Callable[[Callable[[], object]], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """T4, T9."""
    attempts: list[int] = []

    def fail(_payload: Nothing, context: RunContext) -> None:
        attempts.append(context.attempt)
        raise OSError("down\n\nor \nout")

    task = Task(name="work", payload=Nothing, function=fail, retries=2, retry_delay=timedelta(0))
    run_id = queue(task)

    start_runner(task)

    assert wait_for(run_id, State.FAILED).error == "OSError: down\n\nor \nout"
    assert attempts == [1, 2, 3]
    today = datetime.now(UTC).strftime("to be tried again at %Y-")
    wait_until(lambda: caplog.text.count(today) == 2 and caplog.records[-1].exc_info)
    again = [r for r in caplog.records if r.levelno == logging.WARNING]
    assert [r.getMessage()[: len(today)] for r in again] == [today, today]
    assert all(r.getMessage().endswith(": OSError: down or out") for r in again)
    assert not any(r.exc_info for r in again)  # only the last attempt logs a traceback
    (last,) = (r for r in caplog.records if r.exc_info)
    assert (last.levelname, last.getMessage()) == ("ERROR", "failed")


def test_a_run_whose_backoff_no_date_can_hold_has_failed_and_others_go_on(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
) -> None:
    """T1, T4: its thread works on."""

    def fail(_payload: Nothing, _context: RunContext) -> None:
        raise OSError("down")

    for_ever = timedelta.max / 2
    bad = Task(name="bad", payload=Nothing, function=fail, retries=1, retry_delay=for_ever)
    good = Task(name="good", payload=Nothing, function=lambda _payload, _context: None)
    failing = queue(bad)

    start_runner(bad, good, runner_threads=1)

    assert wait_for(failing, State.FAILED).error == "OverflowError: date value out of range"
    wait_for(queue(good), State.SUCCEEDED)


def test_an_end_that_cannot_be_written_is_written_when_the_database_answers_again(
    impatient: Database,
    locked: Callable[[], AbstractContextManager[None]],
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    wait_until: Callable[[Callable[[], object]], None],
    gate: threading.Event,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """S15, T1: a lock lasts longer than a statement waits."""
    monkeypatch.setattr(repeated_errors, "EVERY_SECONDS", 0)
    task = Task(name="work", payload=Nothing, function=lambda _payload, _context: gate.wait())
    run_id = queue(task)
    start_runner(task, on=impatient)
    wait_for(run_id, State.RUNNING)

    with locked():
        gate.set()
        wait_until(lambda: "the ledger cannot be used; trying again" in caplog.text)

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
    """S2: this process stalled for longer than its lease."""
    task = Task(name="work", payload=Nothing, function=lambda _payload, _context: gate.wait())
    run_id = queue(task)
    start_runner(task)
    wait_for(run_id, State.RUNNING)
    with database.transaction() as session:
        session.get_one(Run, run_id).owner = "another"

    gate.set()

    wait_until(lambda: "succeeded, but another process has taken over the run" in caplog.messages)
    assert find(run_id).state is State.RUNNING
    assert caplog.records[-1].levelno == logging.WARNING
