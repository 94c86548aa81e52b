"""Queues a task from a request: checks it, adds a run to the ledger, answers 202 (T5 to T8)."""

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import BackgroundTasks, Depends, Header, Request, Response
from sqlalchemy import Table, update
from sqlalchemy.orm import Session

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
from .models import RUNS
from .queueing import Enqueue
from .runner import Runner
from .work import Work

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


@dataclass(frozen=True, slots=True)
class RequestEnqueue(Enqueue):
    """Queues tasks in the transaction of the request, and sets `Location` of the response.

    It raises UnavailableError (503) while this process shuts down, and UnprocessableError (422)
    when the Idempotency-Key came with another payload before.
    """

    background: BackgroundTasks
    response: Response
    runner: Runner
    keys_expire_after: timedelta
    root_path: str
    client: str | None
    header: str | None

    def unique_key(
        self, session: Session, task: Work, key: str | None, table: Table = RUNS
    ) -> str | None:
        """Return the key of this client and task; a row that had it for too long loses it."""
        if self.runner.draining:
            message = "this process is shutting down"
            raise UnavailableError(message, retry_after=1)
        if key is not None or self.header is None:
            return Enqueue.unique_key(self, session, task, key, table)
        owner = task.name if self.client is None else f"{task.name}@{self.client}"
        key = f"{owner} {self.header}"  # the same key of two clients is two keys
        expired = table.c.created_at < datetime.now(UTC) - self.keys_expire_after
        same = update(table).where(expired, table.c.unique_key == key)
        session.execute(same.values(unique_key=None))
        return key

    def queued(self, run_id: UUID | None) -> None:
        """Show the URL of the run, and wake the runner after the response."""
        if run_id is not None:
            self.response.headers["Location"] = f"{self.root_path}/tasks/{run_id}"
        self.background.add_task(wake, self.runner)

    def reused(self, key: str | None) -> Exception:
        """Return the error of a key that came with another payload before."""
        if key is not None:
            return Enqueue.reused(self, key)
        message = "Idempotency-Key was used before with another payload"
        return UnprocessableError(message, "header", "idempotency-key")


async def get_enqueue(  # noqa: PLR0913, PLR0917
    session: SessionDep,
    background: BackgroundTasks,
    request: Request,
    response: Response,
    client: ClientDep,
    idempotency_key: IdempotencyKey = None,
) -> Enqueue:
    """Bind `Enqueue` to one request."""
    services = services_of(request.app)
    return RequestEnqueue(
        lambda: nullcontext(session),
        background,
        response,
        services.runner,
        timedelta(hours=services.settings.idempotency_key_hours),
        root_path(request),
        client,
        idempotency_key,
    )


EnqueueDep = Annotated[Enqueue, Depends(get_enqueue)]
