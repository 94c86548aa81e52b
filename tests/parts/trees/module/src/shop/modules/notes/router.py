"""`/notes`: list, make, look at, replace, delete."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from ...database import ReadSessionDep, SessionDep
from ...web.refusals import BODY_REFUSALS, refusals
from ...web.security import ClientOnly
from . import service
from .models import Note
from .repository import Repository
from .schemas import NewNote, NotePage, NoteView

router = APIRouter(
    prefix="/notes", tags=["notes"], dependencies=[ClientOnly], responses=refusals(401)
)

Limit = Annotated[int, Query(ge=1, le=100)]
Offset = Annotated[int, Query(ge=0, le=10**9)]


@router.get("")
def browse(session: ReadSessionDep, limit: Limit = 20, offset: Offset = 0) -> NotePage:
    """List them, the oldest first."""
    return service.browse(Repository(session), limit, offset)


@router.post("", status_code=HTTPStatus.CREATED, response_model=NoteView, responses=BODY_REFUSALS)
def create(new: NewNote, session: SessionDep) -> Note:
    """Make one."""
    return service.create(Repository(session), new)


@router.get("/{note_id}", response_model=NoteView, responses=refusals(404))
def read(note_id: UUID, session: ReadSessionDep) -> Note:
    """Look at one."""
    return service.read(Repository(session), note_id)


@router.put("/{note_id}", response_model=NoteView, responses=BODY_REFUSALS | refusals(404))
def replace(note_id: UUID, new: NewNote, session: SessionDep) -> Note:
    """Replace one as a whole: what is left out gets its default."""
    return service.replace(Repository(session), note_id, new)


@router.delete("/{note_id}", status_code=HTTPStatus.NO_CONTENT, responses=refusals(404))
def delete(note_id: UUID, session: SessionDep) -> None:
    """Delete one."""
    service.delete(Repository(session), note_id)
