"""Decides what a request means: done, not found. The repository is passed in."""

from uuid import UUID

from ...web.errors import NotFoundError
from .models import Note
from .repository import Repository
from .schemas import NewNote, NotePage, NoteView


def browse(repository: Repository, limit: int, offset: int) -> NotePage:
    """Give up to `limit` after the first `offset`, and how many there are."""
    rows = repository.page(limit, offset)
    items = [NoteView.model_validate(row) for row in rows]
    return NotePage(items=items, total=repository.count())


def read(repository: Repository, note_id: UUID) -> Note:
    """Give one; raises NotFoundError."""
    return _found(repository.find(note_id), note_id)


def create(repository: Repository, new: NewNote) -> Note:
    """Keep a new one."""
    return repository.add(new)


def replace(repository: Repository, note_id: UUID, new: NewNote) -> Note:
    """Replace one as a whole; raises NotFoundError."""
    found = repository.find(note_id, to_change=True)
    row = _found(found, note_id)
    repository.replace(row, new)
    return row


def delete(repository: Repository, note_id: UUID) -> None:
    """Delete one; raises NotFoundError."""
    found = repository.find(note_id, to_change=True)
    repository.remove(_found(found, note_id))


def _found(row: Note | None, note_id: UUID) -> Note:
    if row is None:
        raise NotFoundError(f"no note {note_id}")
    return row
