"""Inserts runs and records their ends (S1, S13, T6, T7).

Each change is one statement with the expected state in its WHERE, so only one process can succeed.
All functions use the caller's transaction; `now` is a parameter, so that tests can set it.
"""

import traceback
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Update, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from .execution import Outcome
from .models import Run, State
from .work import Work

LONGEST_ERROR = 2000


def add(  # noqa: PLR0913
    session: Session,
    work: Work,
    now: datetime,
    *,
    due_at: datetime | None = None,
    delay: timedelta = timedelta(0),
    key: str | None = None,
    payload: str | None = None,
    state: State = State.QUEUED,
    error: str | None = None,
) -> UUID | None:
    """Insert a run and return its id; None if `key` exists already."""
    due = due_at or now
    values = {
        "id": uuid4(),
        "kind": work.kind,
        "name": work.name,
        "unique_key": key,
        "payload": payload,
        "state": state,
        "error": error,
        "created_at": now,
        "due_at": due,
        "available_at": due + delay,
        "finished_at": None if state is State.QUEUED else now,
    }
    row = insert(Run).values(values).on_conflict_do_nothing(index_elements=["unique_key"])
    return session.execute(row.returning(Run.id)).scalar()


def settle(session: Session, run: Run, outcome: Outcome, now: datetime) -> bool:
    """Record the end of this attempt; False if another process has claimed the run since.

    This corrects a run that was recorded as lost or interrupted and ended nevertheless.
    """
    ending = _this_attempt(run).where(Run.state.in_([State.RUNNING, State.INTERRUPTED, State.LOST]))
    ended = ending.values(
        state=outcome.state,
        finished_at=None if outcome.retry_at else now,
        available_at=outcome.retry_at or Run.available_at,
        error=outcome.error and describe(outcome.error),
    )
    return session.scalar(ended.returning(Run.id)) is not None


def release(session: Session, run: Run) -> None:
    """Release the slot of this attempt, whose thread has ended."""
    session.execute(_this_attempt(run).values(held_by=None))


def _this_attempt(run: Run) -> Update:
    return update(Run).where(Run.id == run.id, Run.owner == run.owner, Run.attempt == run.attempt)


def describe(error: BaseException) -> str:
    """Return the type and text of an error, without characters that a database cannot store."""
    text = "".join(traceback.format_exception_only(error)).strip()
    storable = text.encode(errors="backslashreplace").decode().replace("\0", "\\0")
    return storable[:LONGEST_ERROR]
