from datetime import UTC, datetime, timedelta

from pydantic import BaseModel
from sqlalchemy.orm import Session

from shop.background import RunContext, Task, ledger
from shop.background.models import Run, State

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Nothing(BaseModel):
    pass


def ignore(_payload: Nothing, _context: RunContext) -> None:
    pass


WORK = Task(name="work", payload=Nothing, function=ignore)


def test_a_run_is_queued_with_all_that_history_needs(session: Session) -> None:
    """S13: jitter delays the start, not the due time."""
    due, second = NOW - timedelta(minutes=1), timedelta(seconds=1)

    run_id = ledger.add(session, WORK, NOW, due_at=due, delay=second, key="k", payload="{}")

    run = session.get_one(Run, run_id)
    assert (run.kind, run.name, run.state, run.attempt) == ("task", "work", State.QUEUED, 0)
    assert (run.unique_key, run.payload, run.error) == ("k", "{}", None)
    assert (run.created_at, run.due_at, run.available_at) == (NOW, due, due + second)
    assert (run.started_at, run.finished_at, run.owner, run.held_by) == (None,) * 4


def test_a_run_that_is_over_at_once_is_recorded_as_finished(session: Session) -> None:
    """S13."""
    run_id = ledger.add(session, WORK, NOW, state=State.MISSED, error="late")

    run = session.get_one(Run, run_id)
    assert (run.state, run.error, run.finished_at, run.due_at) == (State.MISSED, "late", NOW, NOW)


def test_a_unique_key_is_taken_once(session: Session) -> None:
    """S1, T7: the second insert does nothing."""
    assert ledger.add(session, WORK, NOW, key="noon") is not None
    assert ledger.add(session, WORK, NOW, key="noon") is None
    assert ledger.add(session, WORK, NOW) is not None
    assert session.query(Run).count() == 2
