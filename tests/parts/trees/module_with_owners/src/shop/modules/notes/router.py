"""`/notes`: list, make, look at, replace, change, delete."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from ...database import ReadSessionDep, SessionDep
from ...web import callers
from ...web.etags import UNCHANGED, IfMatch, IfNoneMatch, tagged
from ...web.paging import link_next
from ...web.refusals import BODY_REFUSALS, refusals
from ...web.security import client_with
from . import service
from .repository import Repository
from .schemas import NewNote, NoteChange, NotePage, NoteQuery, NoteView

router = APIRouter(
    prefix="/notes",
    tags=["notes"],
    dependencies=[client_with("notes:write")],
    responses=refusals(401, 403),
)
nested = APIRouter(
    tags=["notes"], dependencies=[client_with("notes:write")], responses=refusals(401, 403)
)
"""What is below the paths of other modules."""
CallerDep = Annotated[callers.Caller, client_with("notes:write")]


async def get_read_repository(session: ReadSessionDep, caller: CallerDep) -> Repository:
    """Give the rows of the caller, to be read."""
    return Repository(session, caller.name)


ReadRepositoryDep = Annotated[Repository, Depends(get_read_repository)]


async def get_repository(session: SessionDep, caller: CallerDep) -> Repository:
    """Give the rows of the caller, to be changed."""
    return Repository(session, caller.name)


RepositoryDep = Annotated[Repository, Depends(get_repository)]


@router.get("")
def browse(
    query: Annotated[NoteQuery, Query()],
    repository: ReadRepositoryDep,
    request: Request,
    response: Response,
) -> NotePage:
    """List them, page by page: `Link` has the URL of the next one, if there is more."""
    page = service.browse(repository, query)
    link_next(request, response, page.next)
    return page


@nested.get("/links/{about_id}/notes", responses=refusals(404))
def browse_of_about(
    about_id: UUID,
    query: Annotated[NoteQuery, Query()],
    repository: ReadRepositoryDep,
    request: Request,
    response: Response,
) -> NotePage:
    """List those of one about, page by page."""
    page = service.browse(repository, query, about_id=about_id)
    link_next(request, response, page.next)
    return page


@nested.get("/colours/{colour_id}/notes", responses=refusals(404))
def browse_of_colour(
    colour_id: UUID,
    query: Annotated[NoteQuery, Query()],
    repository: ReadRepositoryDep,
    request: Request,
    response: Response,
) -> NotePage:
    """List those of one colour, page by page."""
    page = service.browse(repository, query, colour_id=colour_id)
    link_next(request, response, page.next)
    return page


@router.post("", status_code=HTTPStatus.CREATED, responses=BODY_REFUSALS | refusals(409))
def create(new: NewNote, repository: RepositoryDep, response: Response) -> NoteView:
    """Make one; 409 when a value that must be unique is taken."""
    row = service.create(repository, new)
    return tagged(response, NoteView.model_validate(row))


@router.get("/{note_id}", responses=refusals(404) | UNCHANGED)
def read(
    note_id: UUID,
    repository: ReadRepositoryDep,
    response: Response,
    if_none_match: IfNoneMatch = None,
) -> NoteView:
    """Look at one."""
    row = service.read(repository, note_id)
    return tagged(response, NoteView.model_validate(row), if_none_match)


@router.put("/{note_id}", responses=BODY_REFUSALS | refusals(404, 409, 412))
def replace(
    note_id: UUID,
    new: NewNote,
    repository: RepositoryDep,
    response: Response,
    if_match: IfMatch = None,
) -> NoteView:
    """Replace one as a whole: what is left out gets its default."""
    row = service.replace(repository, note_id, new, if_match)
    return tagged(response, NoteView.model_validate(row))


@router.patch("/{note_id}", responses=BODY_REFUSALS | refusals(404, 409, 412))
def change(
    note_id: UUID,
    change: NoteChange,
    repository: RepositoryDep,
    response: Response,
    if_match: IfMatch = None,
) -> NoteView:
    """Change one: what is left out stays as it is."""
    row = service.change(repository, note_id, change, if_match)
    return tagged(response, NoteView.model_validate(row))


@router.delete("/{note_id}", status_code=HTTPStatus.NO_CONTENT, responses=refusals(404, 409, 412))
def delete(note_id: UUID, repository: RepositoryDep, if_match: IfMatch = None) -> None:
    """Delete one; 409 while other rows refer to it."""
    service.delete(repository, note_id, if_match)
