"""`/health/background`: tells whether background work is stalled or overdue (S15, S22)."""

from datetime import UTC, datetime
from time import monotonic
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Response
from sqlalchemy.exc import SQLAlchemyError

from . import overdue
from .dependencies import RunnerDep, SchedulerDep
from .host import UNAVAILABLE, DatabaseDep, Health, SettingsDep, answer

STALLED_AFTER_SECONDS = 60

router = APIRouter(prefix="/health", tags=["health"])


class Part(Protocol):
    """What the health check needs of the runner and the scheduler."""

    @property
    def running(self) -> bool:
        """Whether it was started and not yet stopped."""
        raise NotImplementedError

    @property
    def last_pass(self) -> float:
        """When it last finished a pass, on the monotonic clock."""
        raise NotImplementedError


def stalled(runner: Part, scheduler: Part) -> str:
    """Name the parts of this process that have finished no pass for a minute."""
    parts = [
        name
        for name, part in (("runner", runner), ("scheduler", scheduler))
        if part.running and monotonic() - part.last_pass > STALLED_AFTER_SECONDS
    ]
    return f"stalled: {', '.join(parts)}" if parts else ""


def find_problem(
    runner: RunnerDep, scheduler: SchedulerDep, database: DatabaseDep, settings: SettingsDep
) -> str:
    """Return what is stalled or overdue; without a runner here, read it from the database."""
    if problem := stalled(runner, scheduler):
        return problem
    if runner.running:
        return str(runner.overdue)
    try:
        with database.snapshot() as session:
            return str(overdue.find(session, datetime.now(UTC), settings.queued_too_long_seconds))
    except SQLAlchemyError:
        return "the database cannot be reached"


@router.get("/background", responses=UNAVAILABLE)
def background(
    response: Response, runner: RunnerDep, problem: Annotated[str, Depends(find_problem)]
) -> Health:
    """Answer whether background work goes on; `detail` also reports a step of the clock."""
    return answer(problem, response, runner.wall_clock.check())
