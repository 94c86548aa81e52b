# ruff: noqa: PLR0913, PLR0917 (fixtures are arguments)
"""`context.progress`: how far a run is, while it runs and after its end."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel, ValidationError
from sqlalchemy import event

from shop.background import RunContext, Task, control
from shop.background.claim import Claimed
from shop.background.control import (
    Control,
    Progress,
    write_progress,
)
from shop.background.models import Run, State
from shop.background.runner import Runner
from shop.database import Database
from shop.settings import Settings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

Find = Callable[[UUID], Run]
WaitFor = Callable[[UUID, State], Run]
WaitUntil = Callable[[Callable[[], object]], None]


class Nothing(BaseModel):
    pass


def task_of(function: Callable[[RunContext], object], retries: int = 0) -> Task[Nothing]:
    return Task(
        name="work",
        payload=Nothing,
        function=lambda _payload, context: function(context),
        retry_delay=timedelta(0),
        retries=retries,
    )


def shown(run: Run) -> Progress:
    return Progress.model_validate_json(run.progress or "null")


@pytest.fixture
def control_clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Stop the clock that spaces the writes; a test moves it."""
    clock = [0.0]
    monkeypatch.setattr(control, "monotonic", lambda: clock[0])
    return clock


@pytest.fixture
def writes(database: Database) -> Iterator[list[str]]:
    """List the statements that change the progress of a run, as they are sent."""
    sent: list[str] = []

    def note(*arguments: object) -> None:
        statement = str(arguments[2])
        if statement.startswith("UPDATE fastforge_runs SET progress="):
            sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield sent
    event.remove(database.engine, "before_cursor_execute", note)


def test_progress_is_seen_while_the_function_runs(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    find: Find,
    wait_for: WaitFor,
    wait_until: WaitUntil,
    gate: threading.Event,
) -> None:
    """T9: at once, also if the process looks rarely."""
    asleep = threading.Event()

    def work(context: RunContext) -> None:
        asleep.wait()
        context.progress(3, 10, "three of ten")
        gate.wait()

    run_id = queue(task_of(work))
    runner = start_runner(task_of(work), poll_seconds=60, lease_seconds=600)
    wait_for(run_id, State.RUNNING)
    wait_until(lambda: monotonic() - runner.last_pass > 0.2)
    asleep.set()

    wait_until(lambda: find(run_id).progress)
    assert shown(find(run_id)) == Progress(done=3, total=10, note="three of ten")
    assert find(run_id).state is State.RUNNING


def test_an_async_function_and_one_that_knows_no_total_report_too(
    start_runner: Callable[..., Runner], queue: Callable[..., UUID], wait_for: WaitFor
) -> None:
    """T9."""

    async def work(context: RunContext) -> None:
        context.progress(0.5)

    run_id = queue(task_of(work))
    start_runner(task_of(work))

    assert shown(wait_for(run_id, State.SUCCEEDED)) == Progress(done=0.5, total=None, note="")


@pytest.mark.usefixtures("control_clock")
def test_of_many_reports_in_a_second_the_newest_is_written_at_the_end(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    find: Find,
    wait_for: WaitFor,
    wait_until: WaitUntil,
    gate: threading.Event,
    writes: list[str],
) -> None:
    """T9: whatever the function reports, the database has one write a second."""
    first, reported = threading.Event(), threading.Event()

    def work(context: RunContext) -> None:
        context.progress(1)
        first.wait()
        for done in range(2, 100):
            context.progress(done)
        reported.set()
        gate.wait()

    run_id = queue(task_of(work))
    runner = start_runner(task_of(work))
    wait_until(lambda: find(run_id).progress)
    first.set()
    reported.wait()
    reported_at = monotonic()
    wait_until(lambda: runner.last_pass > reported_at + 0.2)  # it has passed more than once

    assert (len(writes), shown(find(run_id)).done) == (1, 1)
    gate.set()
    assert shown(wait_for(run_id, State.SUCCEEDED)).done == 99
    assert len(writes) == 1


def test_a_second_later_the_newest_is_written(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    find: Find,
    wait_until: WaitUntil,
    gate: threading.Event,
    control_clock: list[float],
) -> None:
    """T9: the function need not report again."""
    first = threading.Event()

    def work(context: RunContext) -> None:
        context.progress(1)
        first.wait()
        context.progress(2)
        gate.wait()

    run_id = queue(task_of(work))
    start_runner(task_of(work))
    wait_until(lambda: find(run_id).progress)
    first.set()

    control_clock[0] += control.WRITE_EVERY_SECONDS

    wait_until(lambda: shown(find(run_id)).done == 2)


def test_what_is_written_is_not_written_again(
    database: Database, control_clock: list[float], writes: list[str]
) -> None:
    """T9: however long the run reports nothing new."""
    run, reports = Claimed(uuid4(), "task", "work", 1, NOW, "{}", "me"), Control()
    reports.report(Progress(done=1))

    for _ in range(3):
        write_progress(database, [(run, reports)])
        control_clock[0] += control.WRITE_EVERY_SECONDS

    assert len(writes) == 1


@pytest.mark.parametrize("retries", [0, 1])
def test_a_run_that_fails_says_how_far_it_came_and_a_new_attempt_begins_without(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    find: Find,
    wait_for: WaitFor,
    wait_until: WaitUntil,
    gate: threading.Event,
    *,
    retries: int,
) -> None:
    """T9."""

    def work(context: RunContext) -> None:
        if context.attempt > 1:
            gate.wait()
        context.progress(7)
        raise OSError

    task = task_of(work, retries)
    run_id = queue(task)
    start_runner(task)

    if retries:
        wait_until(lambda: (find(run_id).attempt, find(run_id).state) == (2, State.RUNNING))
        assert find(run_id).progress is None
        gate.set()
    assert shown(wait_for(run_id, State.FAILED)).done == 7


def test_a_function_that_takes_too_long_says_how_far_it_came(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: WaitFor,
    gate: threading.Event,
    control_clock: list[float],
) -> None:
    """T4, T9: its thread goes on."""
    control_clock[0] = float("-inf")  # nothing is written before the end

    def work(context: RunContext) -> None:
        context.progress(7)
        gate.wait()

    task = replace(task_of(work), timeout=timedelta(seconds=0.5))
    run_id = queue(task)
    start_runner(task)

    assert shown(wait_for(run_id, State.TIMED_OUT)).done == 7


def test_what_another_process_took_over_is_left_alone(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    find: Find,
    wait_for: WaitFor,
    wait_until: WaitUntil,
    gate: threading.Event,
    database: Database,
    writes: list[str],
) -> None:
    """S2."""

    def work(context: RunContext) -> None:
        gate.wait()
        context.progress(1)
        done.wait()

    done = threading.Event()
    run_id = queue(task_of(work))
    start_runner(task_of(work))
    wait_for(run_id, State.RUNNING)
    with database.transaction() as session:
        session.get_one(Run, run_id).owner = "another"

    gate.set()
    wait_until(lambda: writes)
    done.set()

    assert find(run_id).progress is None


def test_a_note_is_short_and_can_be_stored(settings: Settings, database: Database) -> None:
    run = RunContext(UUID(int=1), "work", 1, NOW, settings, database)

    run.progress(1, note="\udcff\0" + "x" * 500)

    note = Progress.model_validate_json(run.control.progress or "").note
    assert note == "\\udcff\0" + "x" * (control.LONGEST_NOTE - 7)


def test_a_number_that_json_does_not_have_is_refused(
    settings: Settings, database: Database
) -> None:
    run = RunContext(UUID(int=1), "work", 1, NOW, settings, database)

    with pytest.raises(ValidationError, match="finite number"):
        run.progress(float("nan"))


def test_nothing_is_due_that_was_written(control_clock: list[float]) -> None:
    seen = Control()
    seen.report(Progress(done=1))
    newest = seen.due_progress

    assert newest == seen.progress is not None
    seen.wrote(newest or "")
    control_clock[0] += control.WRITE_EVERY_SECONDS
    assert seen.due_progress is None
    assert seen.progress is None
