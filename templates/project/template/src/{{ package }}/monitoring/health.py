"""Two questions: is the process there, and can it serve; `background.health` has the third."""

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from ..database import DatabaseDep
from ..database.outage import outage
from ..web.refusals import Responses

router = APIRouter(prefix="/health", tags=["health"])


class Health(BaseModel):
    """One answer."""

    status: Literal["ok", "unavailable"] = "ok"
    detail: str = ""


UNAVAILABLE: Responses = {HTTPStatus.SERVICE_UNAVAILABLE: {"model": Health}}


def not_ready(database: DatabaseDep) -> str:
    """Say why the database cannot be used."""
    return outage(database)


def answer(problem: str, response: Response, note: str = "") -> Health:
    """Answer 503 with the problem, if there is one; `note` is shown in any case."""
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
    return answer(problem, response)
