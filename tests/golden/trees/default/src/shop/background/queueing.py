"""Queues tasks from anywhere: now or later, one or many (T7)."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Table
from sqlalchemy.orm import Session

from . import batch_report, batches, ledger
from .accepted import Accepted, AcceptedMany, KeyReusedError
from .ledger import Then
from .models import RUNS
from .work import Task, Work

Payload = TypeVar("Payload", bound=BaseModel)
Other = TypeVar("Other", bound=BaseModel)


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
        then: Then[Other] | None = None,
    ) -> Accepted:
        """Queue a run of `task`, after `delay`, or `at` a time; `then` follows when it succeeded.

        A run with a higher `priority` starts first; by default it is that of the task. The same
        `key` queues once, while the row of the run is kept: later calls return the run there is.
        Raises KeyReusedError if that has another payload, and ValueError for a time without a zone.
        """
        now = datetime.now(UTC)
        row = ledger.row_of_task(task, payload, now, ledger.start(now, delay, at), priority)
        with self.begin() as session:
            row["unique_key"] = self.unique_key(session, task, key)
            run = batches.add_one(session, row, ledger.follower(then, now), now)
        if run.payload != row["payload"]:
            raise self.reused(key)
        self.queued(run.id)
        return Accepted(run_id=run.id, state=run.state)

    def many(  # noqa: PLR0913
        self,
        task: Task[Payload],
        payloads: Iterable[Payload],
        *,
        delay: timedelta = timedelta(0),
        at: datetime | None = None,
        priority: int | None = None,
        key: str | None = None,
        then: Then[Other] | None = None,
    ) -> AcceptedMany:
        """Queue a run of `task` for each of `payloads`, in one statement.

        `then` is queued once, when all have ended, well or not: see `context.batch`. The same
        `key` queues them once, whatever the payloads: later calls return the batch there is.
        """
        now = datetime.now(UTC)
        start = ledger.start(now, delay, at)
        parts = [ledger.row_of_task(task, payload, now, start, priority) for payload in payloads]
        with self.begin() as session:
            unique_key = self.unique_key(session, task, key, batches.BATCHES)
            queued = batches.add(session, parts, ledger.follower(then, now), unique_key, now)
            # Who gives a `key` here knows what it stands for. A client may mistake its own.
            sent = [part["payload"] for part in parts] if key is None and unique_key else None
            if sent is not None and not batch_report.has(session, queued.batch_id, sent):
                raise self.reused(None)
        self.queued(queued.run_ids[0] if len(queued.run_ids) == 1 else None)
        return queued

    def unique_key(
        self, session: Session, task: Work, key: str | None, table: Table = RUNS
    ) -> str | None:
        """Return the key that `table` has for a `key` of this task."""
        del session, table
        return None if key is None else f"{task.name} {key}"

    def queued(self, run_id: UUID | None) -> None:
        """Do nothing more: what is queued is seen by the processes that run it."""

    def reused(self, key: str | None) -> Exception:
        """Return the error of a key that came with another payload before."""
        return KeyReusedError(f"the key {key!r} came with another payload before")
