"""`/notes`: list, make, look at, replace, change, delete."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from ...database import ReadSessionDep, SessionDep
from ...web.etags import UNCHANGED, IfMatch, IfNoneMatch, tagged
from ...web.paging import link_next
from ...web.refusals import BODY_REFUSALS, refusals
from ...web.security import ClientOnly
from . import service
from .repository import Repository
from .schemas import NewNote, NoteChange, NotePage, NoteQuery, NoteView

router = APIRouter(
    prefix="/notes", tags=["notes"], dependencies=[ClientOnly], responses=refusals(401)
)


@router.get("")
def browse(
    query: Annotated[NoteQuery, Query()],
    session: ReadSessionDep,
    request: Request,
    response: Response,
) -> NotePage:
    """List them, page by page: `Link` has the URL of the next one, if there is more."""
    page = service.browse(Repository(session), query)
    link_next(request, response, page.next)
    return page


@router.post("", status_code=HTTPStatus.CREATED, responses=BODY_REFUSALS)
def create(new: NewNote, session: SessionDep, response: Response) -> NoteView:
    """Make one."""
    row = service.create(Repository(session), new)
    return tagged(response, NoteView.model_validate(row))


@router.get("/{note_id}", responses=refusals(404) | UNCHANGED)
def read(
    note_id: UUID, session: ReadSessionDep, response: Response, if_none_match: IfNoneMatch = None
) -> NoteView:
    """Look at one."""
    row = service.read(Repository(session), note_id)
    return tagged(response, NoteView.model_validate(row), if_none_match)


@router.put("/{note_id}", responses=BODY_REFUSALS | refusals(404, 412))
def replace(
    note_id: UUID, new: NewNote, session: SessionDep, response: Response, if_match: IfMatch = None
) -> NoteView:
    """Replace one as a whole: what is left out gets its default."""
    row = service.replace(Repository(session), note_id, new, if_match)
    return tagged(response, NoteView.model_validate(row))


@router.patch("/{note_id}", responses=BODY_REFUSALS | refusals(404, 412))
def change(
    note_id: UUID,
    change: NoteChange,
    session: SessionDep,
    response: Response,
    if_match: IfMatch = None,
) -> NoteView:
    """Change one: what is left out stays as it is."""
    row = service.change(Repository(session), note_id, change, if_match)
    return tagged(response, NoteView.model_validate(row))


@router.delete("/{note_id}", status_code=HTTPStatus.NO_CONTENT, responses=refusals(404, 409, 412))
def delete(note_id: UUID, session: SessionDep, if_match: IfMatch = None) -> None:
    """Delete one; 409 while other rows refer to it."""
    service.delete(Repository(session), note_id, if_match)
