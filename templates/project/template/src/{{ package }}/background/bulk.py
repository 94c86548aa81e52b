"""`/tasks/failed`: retry or dismiss all dead letters that match a filter (T9)."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Query

from . import changing
from .changing import Changed
from .dependencies import RunnerDep, wake
from .filters import Matching
from .host import OpsWrite, SessionDep, refusals
from .listing import conditions
from .models import Run

router = APIRouter(
    prefix="/tasks/failed", tags=["tasks"], dependencies=[OpsWrite], responses=refusals(401, 403)
)


class Which(Matching, extra="forbid"):  # a misspelt filter would match all
    """Which dead letters."""


WhichDep = Annotated[Which, Query()]


@router.post("/retry", status_code=HTTPStatus.ACCEPTED)
def retry_dead_letters(
    which: WhichDep, session: SessionDep, runner: RunnerDep, background: BackgroundTasks
) -> Changed:
    """Give each dead letter that matches one more attempt, up to 1,000 at once."""
    changed = changing.retry(session, Run.kind == "task", *conditions(which))
    background.add_task(wake, runner)
    return changed


@router.post("/dismiss")
def dismiss_dead_letters(which: WhichDep, session: SessionDep) -> Changed:
    """Remove each dead letter that matches from the list, up to 1,000 at once."""
    return changing.dismiss(session, Run.kind == "task", *conditions(which))
