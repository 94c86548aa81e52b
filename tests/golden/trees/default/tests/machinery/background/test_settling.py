from datetime import UTC, datetime, timedelta

import pytest
from pydantic import BaseModel
from sqlalchemy.orm import Session

from shop.background import RunContext, Task, ledger, settling
from shop.background.beats import beat
from shop.background.claim import Claimed, Limit, claim
from shop.background.models import Run, State, place
from shop.background.outcomes import Outcome

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Nothing(BaseModel):
    pass


def ignore(_payload: Nothing, _context: RunContext) -> None:
    pass


WORK = Task(name="work", payload=Nothing, function=ignore)


class UnprintableError(Exception):
    def __str__(self) -> str:
        raise ValueError


def noted(error: Exception, note: str) -> Exception:
    error.add_note(note)
    return error


@pytest.fixture
def run(session: Session) -> Claimed:
    """Return a run that `me` has claimed."""
    ledger.add(session, WORK, NOW)
    beat(session, "me", 1, NOW, NOW)
    (run,) = claim(session, {"work": Limit()}, NOW, owner="me", slots=1)
    return run


def test_a_run_ends_once(session: Session, run: Claimed) -> None:
    """S1: the second call finds a run that has ended."""
    later = NOW + timedelta(seconds=5)

    failed, succeeded = Outcome(State.FAILED, ValueError("no")), Outcome(State.SUCCEEDED)
    assert settling.settle(session, [(run, failed)], later, release=False) == {run.id: "failed"}
    assert settling.settle(session, [(run, succeeded)], later, release=False) == {}

    ended = session.get_one(Run, run.id)
    assert (ended.state, ended.error) == (State.FAILED, "ValueError: no")
    assert (ended.started_at, ended.finished_at) == (NOW, later)
    assert ended.held_by == "me"
    assert settling.settle(session, [(run, succeeded)], later) == {}
    released = session.get_one(Run, run.id, populate_existing=True)
    assert released.state is State.FAILED
    assert released.held_by is None


def test_a_timeout_that_is_recorded_is_not_recorded_again_when_its_thread_ends(
    session: Session, run: Claimed
) -> None:
    """T4: an end whose slot is released is: the answer to its commit may have been lost."""
    late = Outcome(State.TIMED_OUT, TimeoutError())
    assert settling.settle(session, [(run, late)], NOW, release=False) == {run.id: "timed_out"}
    assert settling.settle(session, [(run, late)], NOW) == {}
    assert settling.settle(session, [(run, late)], NOW) == {run.id: "timed_out"}


def test_ends_of_many_runs_are_recorded_together(session: Session) -> None:
    """S1, T1: each with its own result."""
    beat(session, "me", 1, NOW, NOW)
    for _ in range(5):
        ledger.add(session, WORK, NOW)
    runs = claim(session, {"work": Limit()}, NOW, owner="me", slots=5)
    added = [run.id for run in runs]
    taken = session.get_one(Run, added[4])
    taken.owner = "somebody"
    session.flush()
    again = NOW + timedelta(seconds=9)
    outcomes = [
        Outcome(State.SUCCEEDED),
        Outcome(State.SUCCEEDED),
        Outcome(State.FAILED, ValueError("no")),
        Outcome(State.QUEUED, OSError("down"), again),
        Outcome(State.SUCCEEDED),
    ]

    settled = settling.settle(session, zip(runs, outcomes, strict=True), NOW)

    states = [outcome.state for outcome in outcomes[:4]]
    assert settled == dict(zip(added, states, strict=False))
    rows = [session.get_one(Run, run_id, populate_existing=True) for run_id in added]
    assert [(row.state, row.error, row.available_at, row.held_by) for row in rows] == [
        (State.SUCCEEDED, None, NOW, None),
        (State.SUCCEEDED, None, NOW, None),
        (State.FAILED, "ValueError: no", NOW, None),
        (State.QUEUED, "OSError: down", again, None),
        (State.RUNNING, None, NOW, "me"),
    ]


def test_a_run_that_is_to_be_repeated_waits_for_the_end_of_its_backoff(
    session: Session, run: Claimed
) -> None:
    """T4."""
    again = NOW + timedelta(seconds=30)

    assert settling.settle(session, [(run, Outcome(State.QUEUED, OSError("down"), again))], NOW)

    waiting = session.get_one(Run, run.id)
    assert (waiting.state, waiting.available_at) == (State.QUEUED, again)
    assert (waiting.error, waiting.finished_at, waiting.due_at) == ("OSError: down", None, NOW)
    assert waiting.place == place(again, 0)


@pytest.mark.parametrize(("field", "value"), [("owner", "somebody"), ("attempt", 2)])
def test_a_run_that_another_has_taken_over_is_left_alone(
    field: str, value: object, session: Session, run: Claimed
) -> None:
    """S2."""
    setattr(session.get_one(Run, run.id), field, value)

    session.flush()

    assert not settling.settle(session, [(run, Outcome(State.SUCCEEDED))], NOW)

    taken = session.get_one(Run, run.id)
    session.refresh(taken)
    assert (taken.state, taken.held_by) == (State.RUNNING, "me")


@pytest.mark.parametrize("believed", [State.LOST, State.INTERRUPTED])
def test_a_run_that_was_given_up_and_ended_all_the_same_is_corrected(
    believed: State, session: Session, run: Claimed
) -> None:
    """T6."""
    given_up = session.get_one(Run, run.id)
    given_up.state, given_up.error, given_up.finished_at = believed, "gone", NOW
    session.flush()
    later = NOW + timedelta(minutes=1)

    assert settling.settle(session, [(run, Outcome(State.SUCCEEDED))], later)

    session.refresh(given_up)
    assert given_up.state == State.SUCCEEDED
    assert given_up.error is None
    assert given_up.finished_at == later


@pytest.mark.parametrize(
    ("error", "stored"),
    [
        (ValueError("nul \0, half \ud800, grüße"), "ValueError: nul \\0, half \\ud800, grüße"),
        (OSError("x" * 5000), "OSError: " + "x" * 1991),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (noted(OSError("down"), "since noon"), "OSError: down\nsince noon"),
    ],
)
def test_any_error_text_can_be_stored(
    error: BaseException, stored: str, session: Session, run: Claimed
) -> None:
    """S13."""
    assert settling.settle(session, [(run, Outcome(State.FAILED, error))], NOW)
    assert session.get_one(Run, run.id).error == stored


def test_an_error_that_cannot_be_printed_is_recorded_by_its_type(
    session: Session, run: Claimed
) -> None:
    """S13."""
    assert settling.settle(session, [(run, Outcome(State.FAILED, UnprintableError()))], NOW)
    assert "UnprintableError" in (session.get_one(Run, run.id).error or "")
