"""The task `send_note`: its payload and work.

A job or task queues it by `context.enqueue(TASK, payload)`, a service by `Enqueue.within(session)`.
"""

import logging
from datetime import timedelta

from pydantic import BaseModel, ConfigDict, EmailStr

from ..background import RunContext, Task

logger = logging.getLogger(__name__)

DESCRIPTION = "Send note."


class SendNotePayload(BaseModel):
    """What the task is given."""

    model_config = ConfigDict(extra="forbid")

    email: EmailStr


async def send_note(payload: SendNotePayload, context: RunContext) -> None:
    """Do the work for one payload; what it raises is tried again while retries are left."""
    # REPLACE this line by the work, and the tests that call it by tests of what it leaves behind.
    logger.info("%s: got %s", context.name, ", ".join(type(payload).model_fields))


TASK = Task(
    name="send_note",
    payload=SendNotePayload,
    function=send_note,
    retries=3,
    timeout=timedelta(seconds=30),
    max_concurrency=5,
    description=DESCRIPTION,
)
