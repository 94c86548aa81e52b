"""Inserts runs and records their ends (S1, S13, T6, T7).

Each change is one statement with the expected state in its WHERE, so only one process can succeed.
All functions use the caller's transaction; `now` is a parameter, so that tests can set it.
"""

import traceback
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import and_, bindparam, func, or_, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from .claim import Claimed
from .execution import Outcome
from .host import NOTIFICATION
from .models import RUNS, State
from .work import Work

LONGEST_ERROR = 2000

ADD = (
    insert(RUNS)
    .on_conflict_do_nothing(index_elements=["unique_key"])
    .returning(RUNS.c.id, NOTIFICATION)
)
ATTEMPTS = update(RUNS).where(
    RUNS.c.id.in_(bindparam("ids")),
    RUNS.c.owner == bindparam("of"),
    RUNS.c.attempt == bindparam("number"),
)
RETRY_AT = bindparam("retry_at", type_=RUNS.c.available_at.type)
MAY_END = [RUNS.c.state == state for state in (State.RUNNING, State.INTERRUPTED, State.LOST)]
UNHEARD = and_(RUNS.c.state == bindparam("result"), RUNS.c.held_by.is_(None))
"""This end is recorded already: the answer to the commit was lost."""
RELEASE = ATTEMPTS.values(held_by=None)
SETTLE = (
    ATTEMPTS.where(or_(*MAY_END, UNHEARD))
    .values(state=bindparam("result"), finished_at=bindparam("end"), error=bindparam("error"))
    .values(available_at=func.coalesce(RETRY_AT, RUNS.c.available_at))
    .returning(RUNS.c.id)
)
SETTLE_AND_RELEASE = SETTLE.values(held_by=None)

Ending = tuple[str, int, State, datetime | None, str | None]
"""What is alike in attempts that one statement records: owner, attempt, state, retry, error."""


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
    run_id: UUID | None = session.scalar(ADD, values)
    return run_id


def settle(
    session: Session,
    ended: Iterable[tuple[Claimed, Outcome]],
    now: datetime,
    *,
    release: bool = True,
) -> set[UUID]:
    """Record the ends of attempts, and `release` their slots; return the ids of their runs.

    The ids of runs that have ended before, or that another process has claimed since, are left out.
    This corrects a run that was recorded as lost or interrupted and ended nevertheless.
    """
    alike: defaultdict[Ending, list[UUID]] = defaultdict(list)
    for run, outcome in ended:
        error = None if outcome.error is None else describe(outcome.error)
        alike[run.owner, run.attempt, outcome.state, outcome.retry_at, error].append(run.id)
    settled: set[UUID] = set()
    for (owner, attempt, state, retry_at, error), ids in alike.items():
        attempts = {"ids": ids, "of": owner, "number": attempt}
        end = {"result": state, "end": None if retry_at else now, "error": error}
        statement = SETTLE_AND_RELEASE if release else SETTLE
        settled.update(session.scalars(statement, attempts | end | {"retry_at": retry_at}))
        if release and not settled.issuperset(ids):
            session.execute(RELEASE, attempts)
    return settled


def describe(error: BaseException) -> str:
    """Return the type and text of an error, without characters that a database cannot store."""
    text = "".join(traceback.format_exception_only(error)).strip()
    storable = text.encode(errors="backslashreplace").decode().replace("\0", "\\0")
    return storable[:LONGEST_ERROR]
