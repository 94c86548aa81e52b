"""The job `weekly_report`: its work, and when and how it is run."""

from datetime import timedelta

from sqlalchemy import func, select

from ..background import Crontab, Job, RunContext
from ..modules.links.models import Link
from ..modules.notifications.schemas import Email
from ..modules.results.models import Result
from ..tasks.send_email import TASK

DESCRIPTION = "Weekly report."
MOST_LINES = 500


def weekly_report(context: RunContext) -> None:
    """Queue a mail to each address that links name, once for a due time."""
    failed = func.count().filter(~Result.ok)
    week = Result.created_at.between(context.due_at - timedelta(days=7), context.due_at)
    links = (
        select(Link.notify, Link.label, func.count(), failed)
        .join(Result, Result.link_id == Link.id)
        .where(Link.notify.is_not(None), week)
        .group_by(Link.id)
        .order_by(Link.notify, failed.desc(), Link.label)
    )
    lines: dict[str, list[str]] = {}
    with context.database.snapshot() as session:
        for address, label, checks, bad in session.execute(links):
            lines.setdefault(str(address), []).append(f"{label}: {bad} of {checks} checks failed")
    mails = [report(*each) for each in lines.items()]
    context.enqueue_many(TASK, mails, key=str(context.run_id))


def report(address: str, lines: list[str]) -> Email:
    """Write the mail to an address."""
    text = "\n".join(lines[:MOST_LINES])
    return Email(email=address, subject="Your links this week", message=text)


JOB = Job(
    name="weekly_report",
    function=weekly_report,
    schedule=Crontab("0 8 * * 1", timezone="Europe/Berlin"),
    timeout=timedelta(minutes=10),
    idempotent=True,
    description=DESCRIPTION,
)
