"""Reads and writes `results`, in the caller's transaction."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import eq, ge
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from ...database.references import refers_to_row, require_rows
from ...web.paging import PageStart, one_page
from .models import Result
from .schemas import NewResult, ResultQuery

FILTERS: dict[str, tuple[Callable[[Any, Any], Any], str]] = {
    "status_from": (ge, "status"),
    "label": (eq, "label"),
}
"""How each parameter of a list is compared, and with which column."""

SEARCHED = ("label",)
"""The columns in which `search` looks."""


@dataclass(frozen=True, slots=True)
class Repository:
    """The table, seen through one session."""

    session: Session

    def page(self, query: ResultQuery, start: PageStart | None, **of: UUID) -> Sequence[Result]:
        """Give the rows of a page in their order, and one more if there is a next page.

        With the name of a field and an id: only those that refer to that row.
        """
        rows = select(Result).where(*_matching(query)).filter_by(**of)
        page = one_page(rows, Result, query, start)
        return self.session.scalars(page).all()

    def refers(self, field: str, key: UUID) -> bool:
        """Tell whether there is a row with this id for a field to refer to."""
        column = Result.__table__.columns[field]
        return refers_to_row(self.session, column, key)

    def find(self, key: UUID) -> Result | None:
        """Give the row with this id."""
        return self.session.get(Result, key)

    def add(self, new: NewResult) -> Result:
        """Write a new row; raises MissingRowError."""
        values = _columns(new)
        require_rows(self.session, Result, values)
        row = Result(**values)
        self.session.add(row)
        self.session.flush()
        return row


def _matching(query: ResultQuery) -> Iterator[ColumnElement[bool]]:
    for name, (compare, column) in FILTERS.items():
        if (value := getattr(query, name)) is not None:
            yield compare(getattr(Result, column), value)
    if query.search is not None:
        yield _contains(query.search)


def _contains(text: str) -> ColumnElement[bool]:
    """Look for a part of a text, whatever its case: SQLite knows that of A to Z only.

    No index helps, so each row that the filters leave is read. PostgreSQL has pg_trgm for more.
    """
    columns = [getattr(Result, name) for name in SEARCHED]
    return or_(*(column.icontains(text, autoescape=True) for column in columns))


def _columns(new: NewResult) -> dict[str, object]:
    return new.model_dump()
