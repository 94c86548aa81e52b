"""Three questions: is the process there, can it serve, does its background work go on."""

from datetime import UTC, datetime
from http import HTTPStatus
from time import monotonic
from typing import Annotated, Literal, Protocol

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError

from ..background import overdue
from ..background.dependencies import RunnerDep
from ..background.scheduling.dependencies import SchedulerDep
from ..database import DatabaseDep
from ..database.outage import outage
from ..settings import SettingsDep
from ..web.refusals import Responses

STALLED_AFTER_SECONDS = 60

router = APIRouter(prefix="/health", tags=["health"])


class Health(BaseModel):
    """One answer."""

    status: Literal["ok", "unavailable"] = "ok"
    detail: str = ""


UNAVAILABLE: Responses = {HTTPStatus.SERVICE_UNAVAILABLE: {"model": Health}}


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


def not_ready(database: DatabaseDep) -> str:
    """Say why the database cannot be used."""
    return outage(database)


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


def _answer(problem: str, response: Response, note: str = "") -> Health:
    if problem:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        return Health(status="unavailable", detail="; ".join(filter(None, (problem, note))))
    return Health(detail=note)


@router.get("/live")
async def live() -> Health:
    """Answer: the process is there."""
    return Health()


@router.get("/ready", responses=UNAVAILABLE)
def ready(response: Response, problem: Annotated[str, Depends(not_ready)]) -> Health:
    """Answer whether requests can be served; stalled background work does not count."""
    return _answer(problem, response)


@router.get("/background", responses=UNAVAILABLE)
def background(
    response: Response, runner: RunnerDep, problem: Annotated[str, Depends(not_well)]
) -> Health:
    """Answer whether background work goes on; `detail` tells of a step of the clock, too."""
    return _answer(problem, response, runner.wall_clock.look())
