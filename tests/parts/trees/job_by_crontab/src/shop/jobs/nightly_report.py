"""The job `nightly_report`: its work, and when and how it is run."""

import logging
from datetime import timedelta

from ..background import Crontab, Job, RunContext

logger = logging.getLogger(__name__)

DESCRIPTION = "Nightly report."


def nightly_report(context: RunContext) -> None:
    """Do the work of one due time; a run that is cut off is not repeated, but recorded as lost."""
    # REPLACE this line by the work, and the tests that call it by tests of what it leaves behind.
    # A task is queued with `from ..tasks.NAME import TASK` and `context.enqueue(TASK, payload)`.
    logger.info("%s: due at %s", context.name, context.due_at.isoformat())


JOB = Job(
    name="nightly_report",
    function=nightly_report,
    schedule=Crontab("30 2 * * 1-5", timezone="Europe/Berlin"),
    timeout=timedelta(minutes=10),
    description=DESCRIPTION,
)
