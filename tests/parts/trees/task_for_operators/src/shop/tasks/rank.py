"""The task `rank`: its payload, work and endpoint."""

import logging
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from ..background import QUEUE_REFUSALS, Accepted, EnqueueDep, RunContext, Task
from ..web.security import OpsWrite

logger = logging.getLogger(__name__)
router = APIRouter(tags=["rank"], dependencies=[OpsWrite])

DESCRIPTION = "Rank."
DELAY = timedelta(minutes=10)
"""So long after its request a run starts."""


class RankPayload(BaseModel):
    """What a request gives to the task."""

    model_config = ConfigDict(extra="forbid")

    score: Annotated[int, Field(ge=1)]


def rank(payload: RankPayload, context: RunContext) -> None:
    """Do the work for one payload; what it raises is tried again while retries are left."""
    # REPLACE this line by the work, and the tests that call it by tests of what it leaves behind.
    logger.info("%s: got %s", context.name, ", ".join(type(payload).model_fields))


TASK = Task(
    name="rank",
    payload=RankPayload,
    function=rank,
    retries=3,
    timeout=timedelta(seconds=30),
    max_concurrency=5,
    rate_limit="100/minute",
    priority=5,
    description=DESCRIPTION,
)


@router.post("/rank", status_code=HTTPStatus.ACCEPTED, responses=QUEUE_REFUSALS)
def queue_rank(payload: RankPayload, enqueue: EnqueueDep) -> Accepted:
    """Queue the task; ask at `Location` how it went."""
    return enqueue(TASK, payload, delay=DELAY)
