"""The job `check_links`: its work, and when and how it is run."""

from datetime import timedelta

from sqlalchemy import select

from ..background import Every, Job, RunContext
from ..modules.links.models import Link
from ..tasks.check_link import TASK, CheckLinkPayload

DESCRIPTION = "Check links."


def check_links(context: RunContext) -> None:
    """Queue a check of each active link, once for a due time."""
    with context.database.snapshot() as session:
        active = session.scalars(select(Link.id).filter_by(active=True))
        checks = [CheckLinkPayload(link_id=key) for key in active]
    context.enqueue_many(TASK, checks, key=str(context.run_id))


JOB = Job(
    name="check_links",
    function=check_links,
    schedule=Every(timedelta(minutes=5)),
    timeout=timedelta(minutes=5),
    idempotent=True,
    description=DESCRIPTION,
)
