"""Where a function failed is kept with its run and with each attempt."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import BaseModel
from sqlalchemy.orm import Session

from shop.background import (
    RunContext,
    Task,
    dead_letters,
    settling,
)
from shop.background.beats import beat
from shop.background.claim import Claimed, Limit, claim
from shop.background.history import past_attempts
from shop.background.models import Run, State
from shop.background.outcomes import Outcome, classify
from shop.background.runner import Runner

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
InsertRun = Callable[..., UUID]


class Nothing(BaseModel):
    pass


def read_disk() -> None:
    raise OSError("full")


def fail(_payload: Nothing, _context: RunContext | None) -> None:
    try:
        read_disk()
    except OSError as error:
        raise ValueError("no disk") from error


async def fail_async(_payload: Nothing, _context: RunContext) -> None:
    read_disk()


def return_too_much(_payload: Nothing, _context: RunContext) -> object:
    return object()


WORK = Task(name="work", payload=Nothing, function=fail, retries=5, retry_delay=timedelta(0))


@pytest.mark.parametrize(("function", "name"), [(fail, "fail"), (fail_async, "fail_async")])
def test_a_traceback_begins_in_the_function_and_ends_with_the_error(
    function: Callable[..., object],
    name: str,
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
) -> None:
    """S13: what calls the function is the same for all runs."""
    task = Task(name="work", payload=Nothing, function=function)
    run_id = queue(task)
    start_runner(task)

    found = wait_for(run_id, State.FAILED)

    assert found.traceback
    first, second, *_, last = found.traceback.rpartition("Traceback")[2].splitlines()
    assert first == " (most recent call last):"
    assert second == f'  File "{__file__}", line {second.split()[3][:-1]}, in {name}'
    assert last == (found.error or "").splitlines()[-1]
    assert 'raise OSError("full")' in found.traceback
    assert "background/execution" not in found.traceback


def test_what_the_function_did_not_raise_has_no_traceback(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
) -> None:
    """S13."""
    task = Task(name="work", payload=Nothing, function=return_too_much)
    run_id = queue(task)
    start_runner(task)

    assert wait_for(run_id, State.FAILED).traceback is None


def test_a_traceback_has_what_a_database_can_store() -> None:
    """S13: with the error as text."""
    with pytest.raises(OSError, match="nul") as caught:
        raise OSError("nul \0 and half \ud800")

    trace = classify(WORK, 9, caught.value, NOW).traceback
    assert (trace or "").endswith("nul \\0 and half \\ud800")


def test_of_a_long_traceback_the_end_is_kept() -> None:
    """S13: the innermost frames, and the text of the error."""

    def sink(depth: int) -> None:
        if depth == 0:
            raise ValueError("x" * 7900)
        sink(depth - 1)

    with pytest.raises(ValueError, match="xx") as caught:
        sink(100)

    trace = classify(WORK, 9, caught.value, NOW).traceback
    assert trace
    assert len(trace) == 8000
    assert trace.endswith("x" * 7900)


@pytest.fixture
def ended(session: Session, insert_run: InsertRun) -> Run:
    """Return a run whose function raised."""
    run = session.get_one(Run, insert_run(WORK))
    with pytest.raises(ValueError, match="no disk") as caught:
        fail(Nothing(), None)
    outcome = classify(WORK, 9, caught.value, NOW)
    settling.settle(session, [(claimed(run), outcome)], NOW)
    session.refresh(run)
    assert "in fail" in (run.traceback or "")
    return run


def claimed(run: Run) -> Claimed:
    return Claimed(run.id, run.kind, run.name, run.attempt, run.due_at, run.payload, "gone")


def test_an_attempt_that_is_repeated_keeps_its_traceback(session: Session, ended: Run) -> None:
    """S13, T9: the next one has none of its own until it fails."""
    dead_letters.retry(session, [ended.id], NOW)

    session.refresh(ended)
    assert (ended.error, ended.traceback) == (None, None)
    for tracebacks in (True, False):
        session.expire_all()
        (attempt,) = past_attempts(session, [ended.id], tracebacks=tracebacks)[ended.id]
        assert ("traceback" in vars(attempt)) is tracebacks
        assert "in fail" in (attempt.traceback or "")


def test_a_run_that_succeeds_in_the_end_has_no_traceback(session: Session, ended: Run) -> None:
    """T4: nor has it one while it runs again."""
    ended.state, ended.finished_at, ended.available_at = State.QUEUED, None, NOW
    session.flush()
    beat(session, "gone", 1, NOW, NOW)
    (again,) = claim(session, {"work": Limit()}, NOW, owner="gone", slots=1)
    session.refresh(ended)
    assert ended.traceback is None

    settling.settle(session, [(again, Outcome(State.FAILED, traceback="Traceback"))], NOW)
    session.refresh(ended)
    assert ended.traceback == "Traceback"
    ended.state = State.LOST
    session.flush()
    settling.settle(session, [(again, Outcome(State.SUCCEEDED))], NOW)

    session.refresh(ended)
    assert (ended.state, ended.traceback) == (State.SUCCEEDED, None)
