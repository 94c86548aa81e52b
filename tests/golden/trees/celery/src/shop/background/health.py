"""`/health/background`: tells whether background work is stalled or overdue (S15, S22)."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from sqlalchemy.exc import SQLAlchemyError

from . import overdue
from .dependencies import RelayDep, RunnerDep, SchedulerDep
from .host import UNAVAILABLE, DatabaseDep, Health, SettingsDep, answer
from .liveness import Part, stalled

router = APIRouter(prefix="/health", tags=["health"])


def find_problem(
    relay: RelayDep,
    runner: RunnerDep,
    scheduler: SchedulerDep,
    database: DatabaseDep,
    settings: SettingsDep,
) -> str:
    """Return what is stalled or overdue; without a runner here, read it from the database."""
    parts: dict[str, Part] = {"runner": runner, "relay": relay, "scheduler": scheduler}
    if problem := stalled(parts) or relay.problem:
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
