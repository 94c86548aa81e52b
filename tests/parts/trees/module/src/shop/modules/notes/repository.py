"""Reads and writes `notes`, in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...web.paging import PageStart, one_page
from .models import Note
from .schemas import NewNote, NoteChange, NoteQuery


@dataclass(frozen=True, slots=True)
class Repository:
    """The table, seen through one session."""

    session: Session

    def page(self, query: NoteQuery, start: PageStart | None) -> Sequence[Note]:
        """Give the rows of a page in their order, and one more if there is a next page."""
        rows = select(Note)
        page = one_page(rows, Note, query, start)
        return self.session.scalars(page).all()

    def find(self, key: UUID, *, to_change: bool = False) -> Note | None:
        """Give the row with this id; who means to change it waits for others who do so now."""
        return self.session.get(Note, key, with_for_update=to_change)

    def add(self, new: NewNote) -> Note:
        """Write a new row."""
        row = Note(**_columns(new))
        self.session.add(row)
        self.session.flush()
        return row

    def replace(self, row: Note, new: NewNote) -> None:
        """Give a row new values."""
        for name, value in _columns(new).items():
            setattr(row, name, value)
        self.session.flush()

    def change(self, row: Note, change: NoteChange) -> None:
        """Give a row the values that were sent."""
        for name, value in _columns(change, only_sent=True).items():
            setattr(row, name, value)
        self.session.flush()

    def remove(self, row: Note) -> None:
        """Delete a row."""
        self.session.delete(row)
        self.session.flush()


def _columns(new: NewNote | NoteChange, *, only_sent: bool = False) -> dict[str, object]:
    return new.model_dump(exclude_unset=only_sent)
