"""The task `rebuild_index`: its payload, work and endpoint."""

import logging
from datetime import timedelta
from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from ..background import QUEUE_REFUSALS, Accepted, EnqueueDep, RunContext, Task
from ..web.security import ClientOnly

logger = logging.getLogger(__name__)
router = APIRouter(tags=["rebuild_index"], dependencies=[ClientOnly])

DESCRIPTION = "Rebuild index."


class RebuildIndexPayload(BaseModel):
    """What a request gives to the task."""

    model_config = ConfigDict(extra="forbid")


async def rebuild_index(payload: RebuildIndexPayload, context: RunContext) -> None:
    """Do the work for one payload; what it raises is tried again while retries are left."""
    # REPLACE this line by the work, and the tests that call it by tests of what it leaves behind.
    logger.info("%s: got %s", context.name, ", ".join(type(payload).model_fields) or "nothing")


TASK = Task(
    name="rebuild_index",
    payload=RebuildIndexPayload,
    function=rebuild_index,
    retries=3,
    timeout=timedelta(seconds=30),
    max_concurrency=5,
    idempotent=True,
    description=DESCRIPTION,
)


@router.post("/rebuild-index", status_code=HTTPStatus.ACCEPTED, responses=QUEUE_REFUSALS)
def queue_rebuild_index(payload: RebuildIndexPayload, enqueue: EnqueueDep) -> Accepted:
    """Queue the task; ask at `Location` how it went."""
    return enqueue(TASK, payload)
