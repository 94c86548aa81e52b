"""Queues tasks from anywhere: now or later, one or many (T7)."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from . import ledger
from .models import Run, State
from .work import Task, Work

Payload = TypeVar("Payload", bound=BaseModel)


class KeyReusedError(ValueError):
    """A key came with another payload before."""


class Accepted(BaseModel):
    """The answer of an endpoint that queues a task; `Location` is the URL of the run."""

    run_id: UUID
    state: State


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Queues tasks in the transaction that `begin` opens or joins."""

    begin: Callable[[], AbstractContextManager[Session]]

    @classmethod
    def within(cls, session: Session) -> "Enqueue":
        """Queue in the transaction of `session`: a rollback removes what was queued."""
        return cls(lambda: nullcontext(session))

    def __call__(  # noqa: PLR0913
        self,
        task: Task[Payload],
        payload: Payload,
        *,
        delay: timedelta = timedelta(0),
        at: datetime | None = None,
        priority: int | None = None,
        key: str | None = None,
    ) -> Accepted:
        """Queue a run of `task`, after `delay`, or `at` a time.

        A run with a higher `priority` starts first; by default it is that of the task. The same
        `key` queues once, while the row of the run is kept: later calls return the run there is.
        Raises KeyReusedError if that has another payload, and ValueError for a time without a zone.
        """
        now = datetime.now(UTC)
        row = _row(task, payload, now, _start(now, delay, at), priority)
        with self.begin() as session:
            row["unique_key"] = self.unique_key(session, task, key)
            run = _add(session, row)
        if run.payload != row["payload"]:
            raise self.reused(key)
        self.queued(run.id)
        return Accepted(run_id=run.id, state=run.state)

    def many(
        self,
        task: Task[Payload],
        payloads: Iterable[Payload],
        *,
        delay: timedelta = timedelta(0),
        at: datetime | None = None,
        priority: int | None = None,
    ) -> list[UUID]:
        """Queue a run of `task` for each of `payloads`, in one statement; return their ids."""
        now = datetime.now(UTC)
        start = _start(now, delay, at)
        rows = [_row(task, payload, now, start, priority) for payload in payloads]
        with self.begin() as session:
            ids = ledger.add_rows(session, rows)
        self.queued(None)
        return ids

    def unique_key(self, session: Session, task: Work, key: str | None) -> str | None:
        """Return the key that the ledger has for a `key` of this task."""
        del session
        return None if key is None else f"{task.name} {key}"

    def queued(self, run_id: UUID | None) -> None:
        """Do nothing more: what is queued is seen by the processes that run it."""

    def reused(self, key: str | None) -> Exception:
        """Return the error of a key that came with another payload before."""
        return KeyReusedError(f"the key {key!r} came with another payload before")


def _add(session: Session, row: dict[str, Any]) -> Run:
    """Insert a run, or return the run that has its key."""
    ledger.add_rows(session, [row])
    key = row["unique_key"]
    if key is None:
        return Run(**row)
    run = session.scalars(select(Run).where(Run.unique_key == key)).one_or_none()
    # It may have been pruned just now: then the key is free.
    return run or _add(session, row)


def _start(now: datetime, delay: timedelta, at: datetime | None) -> datetime:
    if at is not None and at.tzinfo is None:
        message = f"a time needs a zone: {at.isoformat()}"
        raise ValueError(message)
    return (at or now) + delay


def _row(
    task: Task[Payload], payload: Payload, now: datetime, start: datetime, priority: int | None
) -> dict[str, Any]:
    row = ledger.row(task, now, at=start, priority=priority, payload=task.dump(payload))
    group = task.concurrency_key and task.concurrency_key(payload)
    return row | {"concurrency_key": None if group is None else f"{task.name} {group}"}
