"""The job `move_house`: its work, and when and how it is run."""

import logging
from datetime import datetime, timedelta

from ..background import Job, Once, RunContext

logger = logging.getLogger(__name__)

DESCRIPTION = 'Moves "it" \U0001f6d2'


async def move_house(context: RunContext) -> None:
    """Do the work of one due time; a second call for the same one must change nothing more."""
    # REPLACE this line by the work, and the tests that call it by tests of what it leaves behind.
    # A task is queued with `from ..tasks.NAME import TASK` and `context.enqueue(TASK, payload)`.
    logger.info("%s: due at %s", context.name, context.due_at.isoformat())


JOB = Job(
    name="move_house",
    function=move_house,
    schedule=Once(datetime.fromisoformat("2026-12-01T09:00:00+00:00")),
    timeout=timedelta(minutes=10),
    idempotent=True,
    enabled=False,
    description=DESCRIPTION,
)
