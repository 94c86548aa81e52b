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
from .dependencies import services_of, wake
from .host import (
    BODY_REFUSALS,
    ClientDep,
    SessionDep,
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
        accepted = self._add(task, task.dump(payload), datetime.now(UTC))
        self.response.headers["Location"] = f"{self.root_path}/tasks/{accepted.run_id}"
        self.background.add_task(wake, self.runner)
        return accepted

    def _add(self, task: Task[Payload], body: str, now: datetime) -> Accepted:
        key = None if self.key is None else self._own_key(task, now)
        run_id = ledger.add(self.session, task, now, key=key, payload=body)
        if run_id is not None:
            return Accepted(run_id=run_id, state=State.QUEUED)
        run = self.session.scalars(select(Run).where(Run.unique_key == key)).one_or_none()
        if run is None:  # it was pruned just now, so the key is free
            return self._add(task, body, now)
        if run.payload != body:
            message = "Idempotency-Key was used before with another payload"
            raise UnprocessableError(message, "header", "idempotency-key")
        return Accepted(run_id=run.id, state=run.state)

    def _own_key(self, task: Task[Payload], now: datetime) -> str:
        """Return the key of this client and task; a run that had it for too long loses it."""
        owner = task.name if self.client is None else f"{task.name}@{self.client}"
        key = f"{owner} {self.key}"  # the same key of two clients is two keys
        expired = update(Run).where(Run.created_at < now - self.keys_expire_after)
        self.session.execute(expired.where(Run.unique_key == key).values(unique_key=None))
        return key


async def get_enqueue(  # noqa: PLR0913, PLR0917
    session: SessionDep,
    background: BackgroundTasks,
    request: Request,
    response: Response,
    client: ClientDep,
    idempotency_key: IdempotencyKey = None,
) -> Enqueue:
    """Bind `Enqueue` to one request."""
    services, root = services_of(request.app), root_path(request)
    expire = timedelta(hours=services.settings.idempotency_key_hours)
    runner = services.runner
    return Enqueue(session, background, response, runner, expire, root, client, idempotency_key)


EnqueueDep = Annotated[Enqueue, Depends(get_enqueue)]
