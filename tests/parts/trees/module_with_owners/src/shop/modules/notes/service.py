"""Decides what a request means: done, not found, in conflict. The repository is passed in."""

from collections.abc import Sequence
from uuid import UUID

from ...web.errors import ConflictError, NotFoundError
from ...web.etags import require_match
from ...web.paging import cut, start_of
from .models import Note
from .repository import DuplicateError, Repository
from .schemas import NewNote, NoteChange, NotePage, NoteQuery, NoteView

TAKEN = "another note of yours has this label or this about_id"


def browse(repository: Repository, query: NoteQuery, **of: UUID) -> NotePage:
    """Give a page; with the name of a field and an id: of what refers to that row.

    Raises UnprocessableError for a cursor of another list, NotFoundError if that row is not there.
    """
    for name, key in of.items():
        if not repository.refers(name, key):
            raise NotFoundError(f"no {name.removesuffix('_id').replace('_', ' ')} {key}")
    rows = repository.page(query, start_of(query, NoteView), **of)
    views = [NoteView.model_validate(row) for row in rows]
    items, after = cut(views, query)
    return NotePage(items=items, next=after)


def read(repository: Repository, note_id: UUID) -> Note:
    """Give one; raises NotFoundError."""
    return _found(repository.find(note_id), note_id)


def create(repository: Repository, new: NewNote) -> Note:
    """Keep a new one; raises ConflictError if a value that must be unique is taken."""
    try:
        return repository.add(new)
    except DuplicateError as error:
        raise ConflictError(TAKEN) from error


def replace(
    repository: Repository, note_id: UUID, new: NewNote, if_match: Sequence[str] | None
) -> Note:
    """Replace one as a whole; raises as `delete` does, or ConflictError as `create`."""
    row = _to_change(repository, note_id, if_match)
    try:
        repository.replace(row, new)
    except DuplicateError as error:
        raise ConflictError(TAKEN) from error
    return row


def change(
    repository: Repository, note_id: UUID, change: NoteChange, if_match: Sequence[str] | None
) -> Note:
    """Change what was sent of one; raises as `delete` does, or ConflictError as `create`."""
    row = _to_change(repository, note_id, if_match)
    try:
        repository.change(row, change)
    except DuplicateError as error:
        raise ConflictError(TAKEN) from error
    return row


def delete(repository: Repository, note_id: UUID, if_match: Sequence[str] | None) -> None:
    """Delete one; raises NotFoundError, or PreconditionError if it is not what is named."""
    repository.remove(_to_change(repository, note_id, if_match))


def _to_change(repository: Repository, note_id: UUID, if_match: Sequence[str] | None) -> Note:
    found = repository.find(note_id, to_change=True)
    row = _found(found, note_id)
    if if_match is not None:
        require_match(if_match, NoteView.model_validate(row))
    return row


def _found(row: Note | None, note_id: UUID) -> Note:
    if row is None:
        raise NotFoundError(f"no note {note_id}")
    return row
