"""Queues a task from a request: checks it, adds a run to the ledger, answers 202 (T5 to T8)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import BackgroundTasks, Depends, Header, Request, Response
from pydantic import BaseModel
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from . import ledger
from .dependencies import RunnerDep, wake
from .host import (
    BODY_REFUSALS,
    ClientDep,
    SessionDep,
    SettingsDep,
    UnavailableError,
    UnprocessableError,
    refusals,
    root_path,
)
from .models import Run, State
from .runner import Runner
from .work import Task

Payload = TypeVar("Payload", bound=BaseModel)

QUEUE_REFUSALS = BODY_REFUSALS | refusals(401, 503)
"""`responses=` of a route that queues a task."""

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        pattern=r"^[!-~ ]+$",
        description="The same key and body do the work once (IETF draft Idempotency-Key)",
    ),
]


class Accepted(BaseModel):
    """The answer of an endpoint that queues a task; `Location` is the URL of the run."""

    run_id: UUID
    state: State


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Queues tasks in the transaction of the request: a rollback removes them."""

    session: Session
    background: BackgroundTasks
    response: Response
    runner: Runner
    keys_expire_after: timedelta
    root_path: str
    client: str | None
    key: str | None

    def __call__(self, task: Task[Payload], payload: Payload) -> Accepted:
        """Insert a run of `task`, or return the run that has the same Idempotency-Key.

        Raises UnavailableError (503) while this process shuts down, and UnprocessableError (422)
        when the key came with another payload before.
        """
        if self.runner.draining:
            message = "this process is shutting down"
            raise UnavailableError(message, retry_after=1)
        run = self._add(task, task.dump(payload), datetime.now(UTC))
        self.response.headers["Location"] = f"{self.root_path}/tasks/{run.id}"
        self.background.add_task(wake, self.runner)
        return Accepted(run_id=run.id, state=run.state)

    def _add(self, task: Task[Payload], body: str, now: datetime) -> Run:
        key = None
        if self.key is not None:
            owner = task.name if self.client is None else f"{task.name}@{self.client}"
            key = f"{owner} {self.key}"  # the same key of two clients is two keys
            expired = update(Run).where(Run.created_at < now - self.keys_expire_after)
            self.session.execute(expired.where(Run.unique_key == key).values(unique_key=None))
        run_id = ledger.add(self.session, task, now, key=key, payload=body)
        same = Run.id == run_id if run_id else Run.unique_key == key
        run = self.session.scalars(select(Run).where(same)).one_or_none()
        if run is None:  # it was pruned just now, so the key is free
            return self._add(task, body, now)
        if run.payload != body:
            message = "Idempotency-Key was used before with another payload"
            raise UnprocessableError(message, "header", "idempotency-key")
        return run


def get_enqueue(  # noqa: PLR0913, PLR0917
    runner: RunnerDep,
    session: SessionDep,
    background: BackgroundTasks,
    request: Request,
    response: Response,
    settings: SettingsDep,
    client: ClientDep,
    idempotency_key: IdempotencyKey = None,
) -> Enqueue:
    """Bind `Enqueue` to one request."""
    expire = timedelta(hours=settings.idempotency_key_hours)
    root = root_path(request)
    return Enqueue(session, background, response, runner, expire, root, client, idempotency_key)


EnqueueDep = Annotated[Enqueue, Depends(get_enqueue)]
