"""`/health/background`: does the work of this process go on (S15, S22)."""

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
    """The runner or the scheduler, as far as its health goes."""

    @property
    def running(self) -> bool:
        """Whether it was started and not yet stopped."""
        raise NotImplementedError

    @property
    def last_pass(self) -> float:
        """When it last looked at the ledger, on the monotonic clock."""
        raise NotImplementedError


def stalled(runner: Part, scheduler: Part) -> str:
    """Name the parts that run in this process but have not looked at the ledger for a minute."""
    parts = [
        name
        for name, part in (("runner", runner), ("scheduler", scheduler))
        if part.running and monotonic() - part.last_pass > STALLED_AFTER_SECONDS
    ]
    return f"stalled: {', '.join(parts)}" if parts else ""


def not_well(
    runner: RunnerDep, scheduler: SchedulerDep, database: DatabaseDep, settings: SettingsDep
) -> str:
    """Say what stands still or waits for too long; ask the database if no runner here knows."""
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
    response: Response, runner: RunnerDep, problem: Annotated[str, Depends(not_well)]
) -> Health:
    """Answer whether background work goes on; `detail` tells of a step of the clock, too."""
    return answer(problem, response, runner.wall_clock.look())
