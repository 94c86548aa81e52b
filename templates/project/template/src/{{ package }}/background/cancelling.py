"""Cancels runs: one that waits never starts, one that runs is asked to stop.

A run that was asked to stop and does not succeed is cancelled, whatever else happened to it: it is
neither repeated nor a dead letter.
"""

from collections.abc import Mapping
from datetime import datetime
from time import monotonic
from uuid import UUID

from sqlalchemy import Case, and_, bindparam, case, func, literal, null, or_, select, update
from sqlalchemy.orm import Session

from .control import Control
from .host import Database, notify
from .models import RUNS, State

LOOK_SECONDS = 0.5
"""A process looks no more often for runs that it has to stop."""

STATE = RUNS.c.state.type
NOW = bindparam("now", type_=RUNS.c.finished_at.type)
CANCELLED = literal(State.CANCELLED, STATE)
ASKED = RUNS.c.cancel_asked_at.is_not(None)
RUNS_NOW = RUNS.c.state == State.RUNNING
TO_BE_SWEPT = and_(RUNS.c.state == State.INTERRUPTED, RUNS.c.dismissed_at.is_(None))
CANCEL = (
    update(RUNS)
    .where(RUNS.c.id == bindparam("run"), or_(RUNS.c.finished_at.is_(None), TO_BE_SWEPT))
    .values(cancel_asked_at=func.coalesce(RUNS.c.cancel_asked_at, NOW))
    .values(state=case((RUNS_NOW, RUNS.c.state), else_=CANCELLED))
    .values(finished_at=case((RUNS_NOW, null()), else_=NOW))
    .returning(RUNS.c.state)
)
TO_STOP = select(RUNS.c.id).where(RUNS.c.held_by == bindparam("owner"), ASKED)


def cancel(session: Session, run_id: UUID, now: datetime) -> State | None:
    """Cancel a run; return CANCELLED, or RUNNING if it was asked to stop, None if it has ended."""
    state: State | None = session.scalar(CANCEL, {"run": run_id, "now": now})
    if state is not None:
        notify(session.connection())
    return state


def unless_asked(state: State) -> Case[State]:
    """Return `state`, in SQL, or CANCELLED for a run that was asked to stop."""
    return case((ASKED, CANCELLED), else_=literal(state, STATE))


class CancelWatch:
    """Looks which runs of a process were asked to stop, and tells them."""

    def __init__(self, owner: str, database: Database) -> None:
        """Prepare; `check` looks."""
        self._owner, self._database = owner, database
        self._next_look = float("-inf")

    def check(self, running: Mapping[UUID, Control]) -> float:
        """Look if it is time to; return after how many seconds to call this again at the latest."""
        if not running:
            return float("inf")
        wait = self._next_look - monotonic()
        if wait > 0:
            return wait
        with self._database.snapshot() as session:
            asked = session.scalars(TO_STOP, {"owner": self._owner}).all()
        for run_id in running.keys() & asked:
            running[run_id].stop.ask()
        self._next_look = monotonic() + LOOK_SECONDS
        return float("inf")
