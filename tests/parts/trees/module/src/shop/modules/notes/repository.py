"""Reads and writes `notes`, in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from .models import Note
from .schemas import NewNote


@dataclass(frozen=True, slots=True)
class Repository:
    """The table, seen through one session."""

    session: Session

    def page(self, limit: int, offset: int) -> Sequence[Note]:
        """Give up to `limit` rows after the first `offset`, the oldest first."""
        rows = select(Note).order_by(Note.created_at, Note.id)
        return self.session.scalars(rows.limit(limit).offset(offset)).all()

    def count(self) -> int:
        """Count all rows."""
        return self.session.scalars(select(func.count(Note.id))).one()

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

    def remove(self, row: Note) -> None:
        """Delete a row."""
        self.session.delete(row)
        self.session.flush()


def _columns(new: NewNote) -> dict[str, object]:
    return new.model_dump()
