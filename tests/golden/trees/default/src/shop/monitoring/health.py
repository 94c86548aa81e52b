"""`/health/live` and `/health/ready`; `background.health` has `/health/background`."""

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import Depends, Response
from pydantic import BaseModel

from ..database import DatabaseDep
from ..database.outage import outage
from ..web.refusals import Responses
from ..web.routing import Router

router = Router(prefix="/health", tags=["health"])


class Health(BaseModel):
    """The answer of a health check."""

    status: Literal["ok", "unavailable"] = "ok"
    detail: str = ""


UNAVAILABLE: Responses = {HTTPStatus.SERVICE_UNAVAILABLE: {"model": Health}}


def database_problem(database: DatabaseDep) -> str:
    """Return why the database cannot be used; an empty text when it can."""
    return outage(database)


def answer(problem: str, response: Response, note: str = "") -> Health:
    """Answer 503 with the problem, if there is one; `note` is always shown."""
    if problem:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        return Health(status="unavailable", detail="; ".join(filter(None, (problem, note))))
    return Health(detail=note)


@router.get("/live")
async def live() -> Health:
    """Answer that the process runs."""
    return Health()


@router.get("/ready", responses=UNAVAILABLE)
def ready(response: Response, problem: Annotated[str, Depends(database_problem)]) -> Health:
    """Answer whether requests can be served; background work is not checked."""
    return answer(problem, response)
