"""What whoever queues tasks gets back."""

from uuid import UUID

from pydantic import BaseModel

from .models import State


class KeyReusedError(ValueError):
    """A key came with another payload before."""


class Accepted(BaseModel):
    """The answer of an endpoint that queues a task; `Location` is the URL of the run."""

    run_id: UUID
    state: State


class AcceptedMany(BaseModel):
    """The answer of an endpoint that queues many tasks.

    Without `then` and key they are no batch. A run that follows has the id of its batch.
    """

    batch_id: UUID | None
    run_ids: list[UUID]
