"""Records the ends of attempts (S1, S13, T6).

Each change is one statement with the expected state in its WHERE, so only one process can succeed.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, bindparam, case, func, or_, text, update
from sqlalchemy.orm import Session

from . import history
from .cancelling import ASKED
from .claim import Claimed
from .host import one_of
from .models import HEAD_START_SECONDS, RUNS, State, place
from .outcomes import Outcome, describe

ATTEMPTS = update(RUNS).where(
    one_of(RUNS.c.id, "ids"),
    RUNS.c.owner == bindparam("of"),
    RUNS.c.attempt == bindparam("number"),
)
RETRY_AT = bindparam("retry_at", type_=RUNS.c.available_at.type)
RETRY_PLACE = bindparam("retry_place", type_=RUNS.c.place.type)
PROGRESS = bindparam("progress", type_=RUNS.c.progress.type)
# Without the function, a database might look for runs by their state.
MAY_END = text("lower(state) IN ('running', 'interrupted', 'lost')")
OUTCOME = bindparam("outcome", type_=RUNS.c.state.type)
STATE = case((ASKED, bindparam("if_asked", type_=RUNS.c.state.type)), else_=OUTCOME)
END = bindparam("end", type_=RUNS.c.finished_at.type)
UNHEARD = and_(RUNS.c.state == STATE, RUNS.c.held_by.is_(None))
"""This end is recorded already: the answer to the commit was lost."""
RELEASE = ATTEMPTS.values(held_by=None)
SETTLE = (
    ATTEMPTS.where(or_(MAY_END, UNHEARD))
    .values(state=STATE, finished_at=END, error=bindparam("error"), result=bindparam("result"))
    .values(progress=func.coalesce(PROGRESS, RUNS.c.progress), traceback=bindparam("traceback"))
    .returning(RUNS.c.id, RUNS.c.state)
)
AGAIN = SETTLE.values(
    finished_at=case((STATE != State.QUEUED, END)),
    available_at=RETRY_AT,
    place=RETRY_PLACE - RUNS.c.priority * HEAD_START_SECONDS,
)
"""Apart from `SETTLE`, because SQLite writes an index again for each column that is set."""
STATEMENTS = {
    (False, False): SETTLE,
    (False, True): SETTLE.values(held_by=None),
    (True, False): AGAIN,
    (True, True): AGAIN.values(held_by=None),
}
"""By whether the run goes on, and whether its slot is released."""

Ending = tuple[str, int, Outcome, str | None]
"""What is alike in attempts that one statement records: owner, attempt, outcome, error text."""


def settle(
    session: Session,
    ended: Iterable[tuple[Claimed, Outcome]],
    now: datetime,
    *,
    release: bool = True,
) -> dict[UUID, State]:
    """Record the ends of attempts, and `release` their slots; return the states of their runs.

    Runs that have ended before, or that another process has claimed since, are left out.
    This corrects a run that was recorded as lost or interrupted and ended nevertheless.
    """
    alike: defaultdict[Ending, list[UUID]] = defaultdict(list)
    for run, outcome in ended:
        error = None if outcome.error is None else describe(outcome.error)
        same = outcome if error is None else replace(outcome, error=None)
        alike[run.owner, run.attempt, same, error].append(run.id)
    settled: dict[UUID, State] = {}
    connection = session.connection()
    for (owner, attempt, outcome, error), ids in alike.items():
        attempts = {"ids": ids, "of": owner, "number": attempt}
        if_asked = outcome.state if outcome.state is State.SUCCEEDED else State.CANCELLED
        end: dict[str, object] = {"outcome": outcome.state, "if_asked": if_asked, "end": now}
        end |= {"error": error, "result": outcome.result, "progress": outcome.progress}
        end |= {"traceback": outcome.traceback}
        if retry_at := outcome.retry_at:
            end |= {"retry_at": retry_at, "retry_place": place(retry_at, 0)}
        statement = STATEMENTS[retry_at is not None, release]
        found: dict[UUID, State] = dict(connection.execute(statement, attempts | end).all())
        settled |= found
        if retry_at:
            goes_on = and_(RUNS.c.id.in_(found), RUNS.c.finished_at.is_(None))
            history.keep(session, goes_on, now, outcome.attempt_state)
        if release and len(found) < len(ids):
            connection.execute(RELEASE, attempts)
    return settled
