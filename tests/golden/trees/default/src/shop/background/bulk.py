"""`/tasks/failed`: retry or dismiss all dead letters that match a filter (T9)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from . import batches, history
from .dependencies import RunnerDep, wake
from .host import OpsWrite, SessionDep, notify, refusals
from .listing import Text
from .models import DEAD_LETTERS, HEAD_START_SECONDS, RUNS, Run, State, place
from .views import Moment

MOST_AT_ONCE = 1000
"""One request changes so many, because other writers wait meanwhile."""

router = APIRouter(
    prefix="/tasks/failed", tags=["tasks"], dependencies=[OpsWrite], responses=refusals(401, 403)
)


class Which(BaseModel):
    """Which dead letters: with a due time from `from` on and before `to`; all without a filter."""

    model_config = ConfigDict(extra="forbid")  # a misspelt filter would match all

    name: Text | None = None
    since: Moment | None = Field(None, alias="from")
    until: Moment | None = Field(None, alias="to")
    error: Text | None = Field(None, description="A part of its text; case does not matter")


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
    now = datetime.now(UTC)
    history.keep(session, RUNS.c.id.in_(ids), now)
    queued = {"state": State.QUEUED, "error": None, "finished_at": None, "available_at": now}
    places = place(now, 0) - RUNS.c.priority * HEAD_START_SECONDS
    session.execute(update(RUNS).where(RUNS.c.id.in_(ids)).values(queued | {"place": places}))
    notify(session.connection())
    background.add_task(wake, runner)
    return Changed(changed=len(ids), more=more)


@router.post("/dismiss")
def dismiss_dead_letters(which: WhichDep, session: SessionDep) -> Changed:
    """Remove each dead letter that matches from the list, up to 1,000 at once."""
    ids, more = _lock(session, which)
    now = datetime.now(UTC)
    dismissed = update(RUNS).where(RUNS.c.id.in_(ids)).values(dismissed_at=now)
    batches.end(session, session.scalars(dismissed.returning(RUNS.c.batch_id)).all(), now)
    return Changed(changed=len(ids), more=more)


def _lock(session: Session, which: Which) -> tuple[Sequence[UUID], bool]:
    """Lock the oldest that match, and tell whether there are more."""
    dead = select(Run.id).where(Run.state.in_(DEAD_LETTERS), Run.kind == "task")
    dead = dead.where(Run.dismissed_at.is_(None)).order_by(Run.finished_at, Run.id)
    if which.name is not None:
        dead = dead.where(Run.name == which.name)
    if which.since is not None:
        dead = dead.where(Run.due_at >= which.since)
    if which.until is not None:
        dead = dead.where(Run.due_at < which.until)
    if which.error is not None:
        dead = dead.where(Run.error.icontains(which.error, autoescape=True))
    locked = dead.limit(MOST_AT_ONCE + 1).with_for_update(skip_locked=True)
    ids = session.scalars(locked).all()
    return ids[:MOST_AT_ONCE], len(ids) > MOST_AT_ONCE
