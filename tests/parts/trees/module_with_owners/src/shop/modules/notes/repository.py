"""Reads and writes `notes`, in the caller's transaction."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import eq, ge
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ...database import taken
from ...database.references import refers_to_row, require_rows
from ...web.paging import PageStart, one_page
from .models import Note
from .schemas import NewNote, NoteChange, NoteQuery

FILTERS: dict[str, tuple[Callable[[Any, Any], Any], str]] = {
    "rank_from": (ge, "rank"),
    "label": (eq, "label"),
}
"""How each parameter of a list is compared, and with which column."""

SEARCHED = ("label",)
"""The columns in which `search` looks."""


class DuplicateError(Exception):
    """A value that must be unique is taken, in the columns named; the transaction is lost."""


@dataclass(frozen=True, slots=True)
class Repository:
    """The rows of one owner, seen through one session."""

    session: Session
    owner: str

    def page(self, query: NoteQuery, start: PageStart | None, **of: UUID) -> Sequence[Note]:
        """Give the rows of a page in their order, and one more if there is a next page.

        With the name of a field and an id: only those that refer to that row.
        """
        matching = select(Note).where(*_matching(query))
        rows = matching.filter_by(owner=self.owner, **of)
        page = one_page(rows, Note, query, start)
        return self.session.scalars(page).all()

    def refers(self, field: str, key: UUID) -> bool:
        """Tell whether there is a row with this id for a field to refer to."""
        column = Note.__table__.columns[field]
        return refers_to_row(self.session, column, key, self.owner)

    def find(self, key: UUID, *, to_change: bool = False) -> Note | None:
        """Give the row with this id; who means to change it waits for others who do so now."""
        row = select(Note).filter_by(id=key, owner=self.owner)
        if to_change:
            row = row.with_for_update().execution_options(populate_existing=True)
        return self.session.scalar(row)

    def add(self, new: NewNote) -> Note:
        """Write a new row; raises DuplicateError or MissingRowError."""
        values = _columns(new)
        require_rows(self.session, Note, values, self.owner)
        row = Note(owner=self.owner, **values)
        self.session.add(row)
        self._write()
        return row

    def replace(self, row: Note, new: NewNote) -> None:
        """Give a row new values; raises DuplicateError or MissingRowError."""
        values = _columns(new)
        require_rows(self.session, Note, values, self.owner)
        for name, value in values.items():
            setattr(row, name, value)
        self._write()

    def change(self, row: Note, change: NoteChange) -> None:
        """Give a row the values that were sent; raises DuplicateError or MissingRowError."""
        values = _columns(change, only_sent=True)
        require_rows(self.session, Note, values, self.owner)
        for name, value in values.items():
            setattr(row, name, value)
        self._write()

    def remove(self, row: Note) -> None:
        """Delete a row."""
        self.session.delete(row)
        self.session.flush()

    def _write(self) -> None:
        try:
            self.session.flush()
        except IntegrityError as error:
            columns = [name for name in taken(error) if name != "owner"]
            if not columns:
                raise
            raise DuplicateError(*columns) from error


def _matching(query: NoteQuery) -> Iterator[ColumnElement[bool]]:
    for name, (compare, column) in FILTERS.items():
        if (value := getattr(query, name)) is not None:
            yield compare(getattr(Note, column), value)
    if query.search is not None:
        yield _contains(query.search)


def _contains(text: str) -> ColumnElement[bool]:
    """Look for a part of a text, whatever its case: SQLite knows that of A to Z only.

    No index helps, so each row that the filters leave is read. PostgreSQL has pg_trgm for more.
    """
    columns = [getattr(Note, name) for name in SEARCHED]
    return or_(*(column.icontains(text, autoescape=True) for column in columns))


def _columns(new: NewNote | NoteChange, *, only_sent: bool = False) -> dict[str, object]:
    return new.model_dump(exclude_unset=only_sent)
