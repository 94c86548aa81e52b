"""`/results`: list, make, look at."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from ...database import ReadSessionDep, SessionDep
from ...web.etags import UNCHANGED, IfNoneMatch, tagged
from ...web.paging import link_next
from ...web.refusals import BODY_REFUSALS, refusals
from ...web.security import client_with
from . import service
from .repository import Repository
from .schemas import NewResult, ResultPage, ResultQuery, ResultView

router = APIRouter(
    prefix="/results",
    tags=["results"],
    dependencies=[client_with("results:read")],
    responses=refusals(401, 403),
)
nested = APIRouter(
    tags=["results"], dependencies=[client_with("results:read")], responses=refusals(401, 403)
)
"""What is below the paths of other modules."""


@router.get("")
def browse(
    query: Annotated[ResultQuery, Query()],
    session: ReadSessionDep,
    request: Request,
    response: Response,
) -> ResultPage:
    """List them, page by page: `Link` has the URL of the next one, if there is more."""
    page = service.browse(Repository(session), query)
    link_next(request, response, page.next)
    return page


@nested.get("/links/{link_id}/results", responses=refusals(404))
def browse_of_link(
    link_id: UUID,
    query: Annotated[ResultQuery, Query()],
    session: ReadSessionDep,
    request: Request,
    response: Response,
) -> ResultPage:
    """List those of one link, page by page."""
    page = service.browse(Repository(session), query, link_id=link_id)
    link_next(request, response, page.next)
    return page


@router.post("", status_code=HTTPStatus.CREATED, responses=BODY_REFUSALS)
def create(new: NewResult, session: SessionDep, response: Response) -> ResultView:
    """Make one."""
    row = service.create(Repository(session), new)
    return tagged(response, ResultView.model_validate(row))


@router.get("/{result_id}", responses=refusals(404) | UNCHANGED)
def read(
    result_id: UUID, session: ReadSessionDep, response: Response, if_none_match: IfNoneMatch = None
) -> ResultView:
    """Look at one."""
    row = service.read(Repository(session), result_id)
    return tagged(response, ResultView.model_validate(row), if_none_match)
