"""The task `send_invoice`: its payload, work and endpoint."""

import logging
from datetime import timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    EmailStr,
    Field,
    JsonValue,
    WithJsonSchema,
)
from pydantic_core import to_json

from ..background import QUEUE_REFUSALS, Accepted, EnqueueDep, RunContext, Task
from ..web.security import ClientOnly

logger = logging.getLogger(__name__)
router = APIRouter(tags=["send_invoice"], dependencies=[ClientOnly])

DESCRIPTION = "Send invoice."


def _sendable(value: JsonValue) -> JsonValue:
    if value is None:
        raise ValueError("null is no value here")
    to_json([value])  # raises ValueError if it is too deep to be stored
    return value


Json = Annotated[
    JsonValue,
    AfterValidator(_sendable),
    WithJsonSchema({"type": ["object", "array", "string", "number", "boolean"]}),
]


class SendInvoiceState(StrEnum):
    """What `state` may be."""

    NEW = "new"
    PAID = "paid"


TagsItem = Annotated[str, Field(min_length=1, max_length=8)]


class SendInvoicePayload(BaseModel):
    """What a request gives to the task."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    email: EmailStr
    copies: Annotated[int, Field(ge=1, le=10)] = 1
    tags: Annotated[list[TagsItem], Field(max_length=3)] = Field(default_factory=list)
    note: str | None = None
    state: SendInvoiceState = SendInvoiceState.NEW
    details: Json
    code: UUID = Field(default_factory=uuid4)


def send_invoice(payload: SendInvoicePayload, context: RunContext) -> None:
    """Do the work for one payload; what it raises is tried again while retries are left."""
    # REPLACE this line by the work, and the tests that call it by tests of what it leaves behind.
    logger.info("%s: got %s", context.name, ", ".join(type(payload).model_fields))


TASK = Task(
    name="send_invoice",
    payload=SendInvoicePayload,
    function=send_invoice,
    retries=3,
    timeout=timedelta(seconds=30),
    max_concurrency=5,
    description=DESCRIPTION,
)


@router.post("/send-invoice", status_code=HTTPStatus.ACCEPTED, responses=QUEUE_REFUSALS)
def queue_send_invoice(payload: SendInvoicePayload, enqueue: EnqueueDep) -> Accepted:
    """Queue the task; ask at `Location` how it went."""
    return enqueue(TASK, payload)
