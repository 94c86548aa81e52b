"""Decides what a request means: done, not found. The repository is passed in."""

from collections.abc import Sequence
from uuid import UUID

from ...web.errors import NotFoundError
from ...web.etags import require_match
from ...web.paging import cut, start_of
from .models import Note
from .repository import Repository
from .schemas import NewNote, NoteChange, NotePage, NoteQuery, NoteView


def browse(repository: Repository, query: NoteQuery) -> NotePage:
    """Give a page; raises UnprocessableError for a cursor of another list."""
    rows = repository.page(query, start_of(query, NoteView))
    views = [NoteView.model_validate(row) for row in rows]
    items, after = cut(views, query)
    return NotePage(items=items, next=after)


def read(repository: Repository, note_id: UUID) -> Note:
    """Give one; raises NotFoundError."""
    return _found(repository.find(note_id), note_id)


def create(repository: Repository, new: NewNote) -> Note:
    """Keep a new one."""
    return repository.add(new)


def replace(
    repository: Repository, note_id: UUID, new: NewNote, if_match: Sequence[str] | None
) -> Note:
    """Replace one as a whole; raises as `delete` does."""
    row = _to_change(repository, note_id, if_match)
    repository.replace(row, new)
    return row


def change(
    repository: Repository, note_id: UUID, change: NoteChange, if_match: Sequence[str] | None
) -> Note:
    """Change what was sent of one; raises as `delete` does."""
    row = _to_change(repository, note_id, if_match)
    repository.change(row, change)
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
