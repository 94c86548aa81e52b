"""The task `check_link`: asks a link, keeps the result, and says when it broke or works again."""

from datetime import timedelta
from uuid import UUID

import httpx2
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from ..background import RunContext, Task
from ..modules.links.models import Link
from ..modules.notifications.schemas import Email
from ..modules.results.models import Result
from ..modules.results.schemas import NewResult
from .send_email import TASK as SEND_EMAIL

DESCRIPTION = "Check link."
TIMEOUT_SECONDS = 10


class CheckLinkPayload(BaseModel):
    """What the task is given."""

    model_config = ConfigDict(extra="forbid")

    link_id: UUID


def check_link(
    payload: CheckLinkPayload, context: RunContext, transport: httpx2.BaseTransport | None = None
) -> None:
    """Ask, then keep the result and queue the mail in one transaction. Tests pass a transport.

    The result has the id of the run, so a repeated run keeps and mails nothing more.
    """
    with context.database.snapshot() as session:
        link = session.get(Link, payload.link_id)
    if link is None or not link.active:  # since it was queued
        return
    result = ask(link, transport)
    with context.database.transaction() as session:
        now = session.get(Link, link.id, with_for_update=True)  # two checks of it take turns
        if now is None or session.get(Result, context.run_id) is not None:
            return
        checks = select(Result.ok).filter_by(link_id=link.id).order_by(Result.created_at.desc())
        worked = session.scalar(checks.limit(1)) in {True, None}
        session.add(Result(id=context.run_id, owner=now.owner, **result.model_dump()))
        if now.notify and result.ok != worked:
            context.enqueue(SEND_EMAIL, news(now, now.notify, result))


def ask(link: Link, transport: httpx2.BaseTransport | None) -> NewResult:
    """Give what came of a request: a status, or the kind of error."""
    try:
        with (
            httpx2.Client(
                timeout=TIMEOUT_SECONDS, follow_redirects=True, transport=transport
            ) as client,
            client.stream("GET", link.url) as answer,  # nobody reads the body
        ):
            return NewResult(
                link_id=link.id, status=answer.status_code, ok=answer.is_success, error=None
            )
    except (httpx2.RequestError, httpx2.InvalidURL) as error:
        return NewResult(link_id=link.id, status=None, ok=False, error=type(error).__name__)


def news(link: Link, address: str, result: NewResult) -> Email:
    """Write the mail about a link that broke, or works again."""
    said = result.error or f"it answers {result.status}"
    return Email(
        email=address,
        subject="A link works again" if result.ok else "A link is broken",
        message=f"{link.label}: {said}\n{link.url}\n",
    )


TASK = Task(
    name="check_link",
    payload=CheckLinkPayload,
    function=check_link,
    retries=3,
    timeout=timedelta(seconds=30),
    max_concurrency=5,
    idempotent=True,
    description=DESCRIPTION,
)
