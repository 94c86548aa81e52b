"""Inserts runs (S1, S13, T7).

All functions use the caller's transaction; `now` is a parameter, so that tests can set it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from .host import NOTIFICATION
from .models import RUNS, Run, State, place
from .work import Task, Work

Payload = TypeVar("Payload", bound=BaseModel)
Then = tuple[Task[Payload], Payload]
"""The task that follows, and its payload."""

ADD = (
    insert(RUNS)
    .on_conflict_do_nothing(index_elements=["unique_key"])
    .returning(RUNS.c.id, NOTIFICATION)
)


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
    values = row(work, now, at=due_at or now, delay=delay, payload=payload)
    values |= {"unique_key": key, "state": state, "error": error}
    values["finished_at"] = None if state is State.QUEUED else now
    return next(iter(add_rows(session, [values])), None)


def row(  # noqa: PLR0913
    work: Work,
    now: datetime,
    *,
    at: datetime,
    delay: timedelta = timedelta(0),
    priority: int | None = None,
    payload: str | None = None,
) -> dict[str, Any]:
    """Return the values of a run that is due `at` a time, and starts after a further `delay`."""
    priority = work.priority if priority is None else priority
    return {
        "id": uuid4(),
        "kind": work.kind,
        "name": work.name,
        "unique_key": None,
        "payload": payload,
        "state": State.SCHEDULED if at > now else State.QUEUED,
        "error": None,
        "created_at": now,
        "due_at": at,
        "available_at": at + delay,
        "finished_at": None,
        "priority": priority,
        "place": place(at + delay, priority),
    }


def add_rows(session: Session, rows: Sequence[dict[str, Any]]) -> list[UUID]:
    """Insert runs in one statement; return the ids of those whose `unique_key` is new."""
    if not rows:
        return []
    parameters = rows[0] if len(rows) == 1 else rows
    return list(session.scalars(ADD, parameters))


def start(now: datetime, delay: timedelta, at: datetime | None) -> datetime:
    """Return the time that is `delay` after `at`, or after now; raises ValueError without zone."""
    if at is not None and at.tzinfo is None:
        message = f"a time needs a zone: {at.isoformat()}"
        raise ValueError(message)
    return (at or now) + delay


def row_of_task(
    task: Task[Payload], payload: Payload, now: datetime, at: datetime, priority: int | None
) -> dict[str, Any]:
    """Return the values of a run of `task` that is due `at` a time."""
    values = row(task, now, at=at, priority=priority, payload=task.dump(payload))
    group = task.concurrency_key and task.concurrency_key(payload)
    return values | {"concurrency_key": None if group is None else f"{task.name} {group}"}


def follower(then: Then[Payload] | None, now: datetime) -> dict[str, Any] | None:
    """Return the values of the run that follows."""
    return then and row_of_task(*then, now, now, None)


def add_one(session: Session, row: dict[str, Any]) -> Run:
    """Insert a run, or return the run that has its key."""
    add_rows(session, [row])
    key = row["unique_key"]
    if key is None:
        return Run(**row)
    run = session.scalars(select(Run).where(Run.unique_key == key)).one_or_none()
    # It may have been pruned just now: then the key is free.
    return run or add_one(session, row)
