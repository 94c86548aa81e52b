"""`/tasks/failed`: retry or dismiss all dead letters that match a filter (T9)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Query
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from . import dead_letters
from .dependencies import RunnerDep, wake
from .host import OpsWrite, SessionDep, refusals
from .listing import Matching, conditions
from .models import IS_DEAD, Run

MOST_AT_ONCE = 1000
"""One request changes so many, because other writers wait meanwhile."""

router = APIRouter(
    prefix="/tasks/failed", tags=["tasks"], dependencies=[OpsWrite], responses=refusals(401, 403)
)


class Which(Matching, extra="forbid"):  # a misspelt filter would match all
    """Which dead letters."""


class Changed(BaseModel):
    """How many dead letters were changed, and whether more match: then send it again."""

    changed: int
    more: bool


WhichDep = Annotated[Which, Query()]


@router.post("/retry", status_code=HTTPStatus.ACCEPTED)
def retry_dead_letters(
    which: WhichDep, session: SessionDep, runner: RunnerDep, background: BackgroundTasks
) -> Changed:
    """Give each dead letter that matches one more attempt, up to 1,000 at once."""
    ids, more = _lock(session, which)
    dead_letters.retry(session, ids, datetime.now(UTC))
    background.add_task(wake, runner)
    return Changed(changed=len(ids), more=more)


@router.post("/dismiss")
def dismiss_dead_letters(which: WhichDep, session: SessionDep) -> Changed:
    """Remove each dead letter that matches from the list, up to 1,000 at once."""
    ids, more = _lock(session, which)
    dead_letters.dismiss(session, ids, datetime.now(UTC))
    return Changed(changed=len(ids), more=more)


def _lock(session: Session, which: Which) -> tuple[Sequence[UUID], bool]:
    """Lock the oldest that match, and tell whether there are more."""
    dead = select(Run.id).where(IS_DEAD, Run.kind == "task", *conditions(which))
    oldest = dead.order_by(Run.finished_at)
    locked = oldest.limit(MOST_AT_ONCE + 1).with_for_update(skip_locked=True)
    ids = session.scalars(locked).all()
    return ids[:MOST_AT_ONCE], len(ids) > MOST_AT_ONCE
