"""The task `import_links`: its payload, work and endpoint."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, HttpUrl
from sqlalchemy import select

from ..background import QUEUE_REFUSALS, Accepted, EnqueueDep, RunContext, Task
from ..modules.links.models import Link
from ..modules.links.repository import Repository
from ..modules.links.schemas import NewLink
from ..web.refusals import refusals
from ..web.security import client_with

router = APIRouter(
    tags=["import_links"],
    dependencies=[client_with("links:import")],
    responses=refusals(403),
)

DESCRIPTION = "Import links."


class ImportLinksPayload(BaseModel):
    """What a request gives to the task."""

    model_config = ConfigDict(extra="forbid")

    urls: Annotated[list[HttpUrl], Field(min_length=1, max_length=100)]
    owner: Annotated[str, Field(min_length=1, max_length=255)]


def import_links(payload: ImportLinksPayload, context: RunContext) -> None:
    """Register what the owner does not have yet, so a repeated run registers nothing more."""
    with context.database.transaction() as session:
        has = set(session.scalars(select(Link.url).filter_by(owner=payload.owner)))
        links = Repository(session, payload.owner)
        for url in dict.fromkeys(payload.urls):
            if str(url) not in has:
                links.add(NewLink(url=url, label=str(url)[:80]))


TASK = Task(
    name="import_links",
    payload=ImportLinksPayload,
    function=import_links,
    retries=3,
    timeout=timedelta(seconds=30),
    max_concurrency=5,
    idempotent=True,
    description=DESCRIPTION,
)


@router.post("/import-links", status_code=HTTPStatus.ACCEPTED, responses=QUEUE_REFUSALS)
def queue_import_links(payload: ImportLinksPayload, enqueue: EnqueueDep) -> Accepted:
    """Queue the task; ask at `Location` how it went."""
    return enqueue(TASK, payload)
