"""The earlier attempts of a run: when they are kept, how many, how they are shown."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import BaseModel
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from shop.background import (
    RunContext,
    Task,
    history,
    ledger,
    outcomes,
    pruning,
    settling,
    sweep,
)
from shop.background.beats import beat
from shop.background.claim import Claimed, Limit, claim
from shop.background.history import PastAttempt
from shop.background.models import Run, State
from shop.background.outcomes import (
    Outcome,
    RunTimeoutError,
    classify,
)
from shop.background.views import RunView
from shop.settings import Settings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Nothing(BaseModel):
    pass


def ignore(_payload: Nothing, _context: RunContext) -> None:
    pass


WORK = Task(
    name="work",
    payload=Nothing,
    function=ignore,
    retries=5,
    idempotent=True,
    retry_delay=timedelta(0),
)
InsertRun = Callable[..., UUID]


@pytest.fixture
def run(session: Session) -> Claimed:
    """Return a run that `me` has claimed."""
    ledger.add(session, WORK, NOW)
    beat(session, "me", 1, NOW, NOW)
    (run,) = claim(session, {"work": Limit()}, NOW, owner="me", slots=1)
    return run


def past(session: Session) -> list[tuple[int, State, str | None]]:
    rows = session.scalars(select(PastAttempt).order_by(PastAttempt.number))
    return [(row.number, row.state, row.error) for row in rows]


def shown(session: Session, run_id: UUID, *, operator: bool = True) -> list[dict[str, object]]:
    run = session.get_one(Run, run_id, populate_existing=True)
    return [each.model_dump() for each in RunView.of(session, run, operator=operator).attempts]


@pytest.mark.parametrize(
    ("error", "state"),
    [(OSError("down"), State.FAILED), (RunTimeoutError("took too long"), State.TIMED_OUT)],
)
def test_an_attempt_is_kept_when_its_run_is_tried_again(
    session: Session, run: Claimed, error: Exception, state: State
) -> None:
    """S13: started, ended, error, worker."""
    outcome = classify(WORK, 1, error, NOW)

    settling.settle(session, [(run, outcome)], NOW + SECOND)

    assert shown(session, run.id) == [
        {
            "number": 1,
            "state": state,
            "started_at": NOW,
            "ended_at": NOW + SECOND,
            "error": outcomes.describe(error),
            "worker": "me",
        }
    ]


def test_the_last_attempt_is_that_of_the_run(session: Session, run: Claimed) -> None:
    """S13: so a run that succeeds at once needs no other row."""
    settling.settle(session, [(run, classify(WORK, 1, OSError("down"), NOW))], NOW)
    (again,) = claim(session, {"work": Limit()}, NOW + SECOND, owner="me", slots=1)
    assert [each["state"] for each in shown(session, run.id)] == [State.FAILED, State.RUNNING]

    settling.settle(session, [(again, Outcome(State.SUCCEEDED))], NOW + 2 * SECOND)

    assert past(session) == [(1, State.FAILED, "OSError: down")]
    (_, last) = shown(session, run.id)
    assert (last["number"], last["state"], last["error"]) == (2, State.SUCCEEDED, None)
    assert (last["started_at"], last["ended_at"]) == (NOW + SECOND, NOW + 2 * SECOND)


def test_a_run_that_never_began_has_no_attempt(session: Session) -> None:
    """S13."""
    missed = ledger.add(session, WORK, NOW, state=State.MISSED)
    assert missed

    assert shown(session, missed) == []


def test_a_run_that_waits_shows_no_attempt_that_was_not_kept(
    session: Session, insert_run: InsertRun
) -> None:
    """S13: an older version kept none."""
    assert shown(session, insert_run(WORK, State.QUEUED)) == []


def test_an_attempt_of_a_run_that_is_cancelled_instead_is_its_last(
    session: Session, run: Claimed
) -> None:
    """S13."""
    session.get_one(Run, run.id).cancel_asked_at = NOW
    session.flush()

    settling.settle(session, [(run, classify(WORK, 1, OSError("down"), NOW))], NOW)

    assert past(session) == []
    assert [each["state"] for each in shown(session, run.id)] == [State.CANCELLED]


def test_an_attempt_whose_end_is_recorded_again_is_kept_once(
    session: Session, run: Claimed
) -> None:
    """T10: the answer to the commit was lost."""
    ended = [(run, classify(WORK, 1, OSError("down"), NOW))]

    settling.settle(session, ended, NOW)
    assert settling.settle(session, ended, NOW)

    assert past(session) == [(1, State.FAILED, "OSError: down")]


def test_an_attempt_of_a_run_that_another_took_over_is_not_kept(
    session: Session, run: Claimed
) -> None:
    """S2."""
    session.get_one(Run, run.id).owner = "somebody"
    session.flush()

    settling.settle(session, [(run, classify(WORK, 1, OSError("down"), NOW))], NOW)

    assert past(session) == []


def test_an_attempt_that_was_cut_off_is_kept_when_its_run_is_repeated(
    session: Session, insert_run: InsertRun
) -> None:
    """S2: by a shutdown, or with its process."""
    died = insert_run(WORK)
    interrupted = insert_run(
        WORK, State.INTERRUPTED, error="cut off by a shutdown", finished_at=NOW
    )
    final = insert_run(WORK, attempt=9)

    sweep.sweep(session, {"work": WORK}, NOW + SECOND, sweep.abandoned(["gone"], "me", []))

    (attempt,) = shown(session, died)
    assert (attempt["state"], attempt["error"]) == (State.INTERRUPTED, "its process died")
    assert (attempt["ended_at"], attempt["worker"]) == (NOW + SECOND, "gone")
    (attempt,) = shown(session, interrupted)
    assert (attempt["state"], attempt["error"]) == (State.INTERRUPTED, "cut off by a shutdown")
    assert attempt["ended_at"] == NOW
    assert [each["state"] for each in shown(session, final)] == [State.LOST]
    assert len(past(session)) == 2


def test_the_newest_hundred_are_kept(
    session: Session, insert_run: InsertRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S13."""
    monkeypatch.setattr(history, "MOST_KEPT", 2)
    run = session.get_one(Run, insert_run(WORK))
    other = insert_run(WORK)
    for number in (1, 2, 3, 4):
        run.attempt = number
        session.flush()
        history.keep(session, true(), NOW, State.FAILED)

    assert [each["number"] for each in shown(session, run.id)] == [3, 4]
    assert [each["number"] for each in shown(session, other)] == [1]


def test_attempts_are_deleted_with_their_run(
    session: Session, insert_run: InsertRun, settings: Settings
) -> None:
    """S13."""
    old = insert_run(WORK, State.FAILED, finished_at=NOW - timedelta(days=31))
    new = insert_run(WORK, State.FAILED, finished_at=NOW)
    history.keep(session, true(), NOW)

    pruning.prune(session, NOW, settings)

    assert session.scalars(select(PastAttempt.run_id)).all() == [new]
    assert session.get(Run, old) is None


def test_errors_and_workers_are_for_operators(session: Session, run: Claimed) -> None:
    """T9."""
    settling.settle(session, [(run, classify(WORK, 1, OSError("down"), NOW))], NOW)

    (attempt,) = shown(session, run.id, operator=False)

    assert (attempt["state"], attempt["error"], attempt["worker"]) == (State.FAILED, None, None)
