"""Cancels runs: one that waits never starts, one that runs is asked to stop (T4, T6).

Such a run succeeds, or it is cancelled, whatever else happens to it: it is neither repeated nor a
dead letter. It is counted once: by its process when its attempt has ended, else by the process that
ended it here, after the commit.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from math import inf
from time import monotonic
from uuid import UUID

from sqlalchemy import Case, and_, bindparam, case, func, literal, null, or_, select, update
from sqlalchemy.orm import Session

from . import batches
from .control import Control
from .execution import Observer
from .host import Database, notify
from .models import RUNS, State

LOOK_SECONDS = 0.5
"""A process looks no more often for runs that it has to stop."""

STATE = RUNS.c.state.type
CANCELLED = literal(State.CANCELLED, STATE)
ASKED = RUNS.c.cancel_asked_at.is_not(None)
TO_STOP = select(RUNS.c.id).where(RUNS.c.held_by == bindparam("owner"), ASKED)
NOW = bindparam("now", type_=RUNS.c.finished_at.type)
RUNS_NOW = RUNS.c.state == State.RUNNING
TO_BE_SWEPT = and_(RUNS.c.state == State.INTERRUPTED, RUNS.c.dismissed_at.is_(None))
CANCEL = (
    update(RUNS)
    .where(RUNS.c.id.in_(bindparam("ids")), or_(RUNS.c.finished_at.is_(None), TO_BE_SWEPT))
    .values(cancel_asked_at=func.coalesce(RUNS.c.cancel_asked_at, NOW))
    .values(state=case((RUNS_NOW, RUNS.c.state), else_=CANCELLED))
    .values(finished_at=case((RUNS_NOW, null()), else_=NOW))
    .returning(RUNS.c.id, RUNS.c.batch_id, RUNS.c.kind, RUNS.c.name, RUNS.c.state)
)
UNCOUNTED = "cancelled runs, not counted yet"
"""The key in `session.info`."""


def unless_asked(state: State) -> Case[State]:
    """Return `state`, in SQL, or CANCELLED for a run that was asked to stop."""
    return case((ASKED, CANCELLED), else_=literal(state, STATE))


def cancel(session: Session, run_id: UUID, now: datetime) -> State | None:
    """Cancel a run; return CANCELLED, or RUNNING if it was asked to stop, None if it has ended."""
    return cancel_many(session, [run_id], now).get(run_id)


def cancel_many(session: Session, ids: Collection[UUID], now: datetime) -> dict[UUID, State]:
    """Cancel runs in one statement; return the new states of those that had not ended."""
    found = session.execute(CANCEL, {"ids": ids, "now": now}).all()
    batches.end(session, [run.batch_id for run in found], now)
    notify(session.connection())
    to_be_counted(session, ((run.kind, run.name, run.state) for run in found))
    return {run.id: run.state for run in found}


def to_be_counted(session: Session, changed: Iterable[tuple[str, str, State]]) -> None:
    """Note which of these runs, by kind, name and new state, were cancelled outside an attempt."""
    cancelled = [run for run in changed if run[2] is State.CANCELLED]
    session.info.setdefault(UNCOUNTED, []).extend(cancelled)


def count(observe: Observer, session: Session) -> None:
    """Count what was noted, after the commit of `session`."""
    for kind, name, state in session.info.pop(UNCOUNTED, ()):
        observe(kind, name, state, None)


class CancelWatch:
    """Looks which runs of a process were asked to stop, and tells them."""

    def __init__(self, owner: str, database: Database) -> None:
        """Prepare; `check` looks."""
        self._owner, self._database = owner, database
        self._next_look = -inf

    def check(self, running: Mapping[UUID, Control]) -> float:
        """Look if it is time to; return after how many seconds to call this again at the latest."""
        if not running:
            return inf
        wait = self._next_look - monotonic()
        if wait > 0:
            return wait
        with self._database.snapshot() as session:
            asked = session.scalars(TO_STOP, {"owner": self._owner}).all()
        for run_id in running.keys() & asked:
            running[run_id].stop.ask()
        self._next_look = monotonic() + LOOK_SECONDS
        return inf
