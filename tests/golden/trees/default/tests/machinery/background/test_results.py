"""What a function returns is the result of its run."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import BaseModel
from sqlalchemy import event
from sqlalchemy.orm import Session

from shop.background import (
    Every,
    Job,
    RunContext,
    Task,
    ledger,
    settling,
)
from shop.background.beats import beat
from shop.background.claim import Claimed, Limit, claim
from shop.background.models import Run, State
from shop.background.outcomes import Outcome
from shop.background.runner import Runner
from shop.background.work import Work
from shop.database import Database

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Report(BaseModel):
    day: datetime
    sent: int


class Nothing(BaseModel):
    pass


def task_of(returned: object, retries: int = 0) -> Task[Nothing]:
    def work(_payload: Nothing, _context: RunContext) -> object:
        return returned

    return Task(name="work", payload=Nothing, function=work, retries=retries)


Finish = Callable[[Work, State], Run]


@pytest.fixture
def finish(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
) -> Finish:
    """Run some work until it has this state."""

    def run(work: Work, state: State) -> Run:
        run_id = queue(work)
        start_runner(work, result_max_bytes=100)
        return wait_for(run_id, state)

    return run


@pytest.mark.parametrize(
    ("returned", "result"),
    [
        (None, None),
        ({"sent": 3, "failed": []}, '{"sent":3,"failed":[]}'),
        (Report(day=NOW, sent=3), '{"day":"2026-03-01T12:00:00Z","sent":3}'),
        ("x" * 98, f'"{"x" * 98}"'),
        (False, "false"),
        ("\0", r'"\u0000"'),
    ],
)
def test_what_a_function_returns_is_the_result(
    returned: object, result: str | None, finish: Finish
) -> None:
    """T9: whatever pydantic makes JSON of, up to RESULT_MAX_BYTES."""
    assert finish(task_of(returned), State.SUCCEEDED).result == result


def test_an_async_function_has_a_result_too(finish: Finish) -> None:
    """T9."""

    async def work(_payload: Nothing, _context: RunContext) -> list[int]:
        return [1, 2]

    task = Task(name="work", payload=Nothing, function=work)

    assert finish(task, State.SUCCEEDED).result == "[1,2]"


def test_a_job_has_a_result_too(finish: Finish) -> None:
    """T9."""
    job = Job(name="job", schedule=Every(timedelta(hours=1)), function=lambda _context: "done")

    assert finish(job, State.SUCCEEDED).result == '"done"'


@pytest.mark.parametrize(
    ("returned", "problem"),
    [
        (object(), "the function returned what is no JSON: Unable to serialize unknown type"),
        ({"mean": float("nan")}, "the function returned what is no JSON: expected value"),
        ("\udcff", "the function returned what is no JSON: "),
        ("x" * 99, "the function returned 101 bytes of JSON, more than RESULT_MAX_BYTES=100"),
    ],
)
def test_what_cannot_be_a_result_is_a_dead_letter_and_the_work_is_not_done_again(
    returned: object, problem: str, finish: Finish
) -> None:
    """T9."""
    run = finish(task_of(returned, 3), State.FAILED)

    assert run.error
    assert run.error.partition(": ")[2].startswith(problem)
    assert (run.attempt, run.result) == (1, None)


def test_a_result_of_an_async_function_that_is_no_json_is_a_dead_letter(finish: Finish) -> None:
    """T9."""

    async def work(_payload: Nothing, _context: RunContext) -> object:
        return object()

    task = Task(name="work", payload=Nothing, function=work, retries=3)

    assert finish(task, State.FAILED).attempt == 1


@pytest.fixture
def runs(session: Session) -> list[Claimed]:
    """Return four runs that `me` has claimed."""
    task = task_of(None)
    beat(session, "me", 1, NOW, NOW)
    for _ in range(4):
        ledger.add(session, task, NOW)
    return claim(session, {"work": Limit()}, NOW, owner="me", slots=4)


@pytest.mark.parametrize(("results", "statements"), [([None] * 4, 1), (["1", "2", None, None], 3)])
def test_runs_without_a_result_are_recorded_in_one_statement(
    session: Session,
    runs: list[Claimed],
    database: Database,
    results: list[str | None],
    statements: int,
) -> None:
    """A run that has none costs no more than before there were results."""
    sent: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *what: sent.append(what[2]))
    outcomes = [Outcome(State.SUCCEEDED, result=result) for result in results]

    settling.settle(session, zip(runs, outcomes, strict=True), NOW)

    assert len(sent) == statements
    rows = [session.get_one(Run, run.id, populate_existing=True) for run in runs]
    assert [row.result for row in rows] == results
