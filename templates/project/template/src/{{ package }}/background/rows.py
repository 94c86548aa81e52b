"""The rows of runs of tasks, before they are in the ledger."""

from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from . import ledger
from .models import Run
from .work import Task

Payload = TypeVar("Payload", bound=BaseModel)
Then = tuple[Task[Payload], Payload]
"""The task that follows, and its payload."""


def start(now: datetime, delay: timedelta, at: datetime | None) -> datetime:
    """Return the time that is `delay` after `at`, or after now; raises ValueError without zone."""
    if at is not None and at.tzinfo is None:
        message = f"a time needs a zone: {at.isoformat()}"
        raise ValueError(message)
    return (at or now) + delay


def row(
    task: Task[Payload], payload: Payload, now: datetime, at: datetime, priority: int | None
) -> dict[str, Any]:
    """Return the values of a run of `task` that is due `at` a time."""
    row = ledger.row(task, now, at=at, priority=priority, payload=task.dump(payload))
    group = task.concurrency_key and task.concurrency_key(payload)
    return row | {"concurrency_key": None if group is None else f"{task.name} {group}"}


def follower(then: Then[Payload] | None, now: datetime) -> dict[str, Any] | None:
    """Return the values of the run that follows."""
    return then and row(*then, now, now, None)


def add(session: Session, row: dict[str, Any]) -> Run:
    """Insert a run, or return the run that has its key."""
    ledger.add_rows(session, [row])
    key = row["unique_key"]
    if key is None:
        return Run(**row)
    run = session.scalars(select(Run).where(Run.unique_key == key)).one_or_none()
    # It may have been pruned just now: then the key is free.
    return run or add(session, row)
