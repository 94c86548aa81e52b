"""Reads and writes `products`, in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ...database import taken
from ...web.paging import PageStart, one_page
from .models import Product
from .schemas import NewProduct, ProductChange, ProductQuery

AS_JSON = {
    "labels",
    "site",
    "tags",
}
"""What the table keeps as JSON has it: SQL has no type for it."""


class DuplicateError(Exception):
    """A value that must be unique is taken, in the columns named; the transaction is lost."""


@dataclass(frozen=True, slots=True)
class Repository:
    """The table, seen through one session."""

    session: Session

    def page(self, query: ProductQuery, start: PageStart | None) -> Sequence[Product]:
        """Give the rows of a page in their order, and one more if there is a next page."""
        rows = select(Product)
        page = one_page(rows, Product, query, start)
        return self.session.scalars(page).all()

    def find(self, key: UUID, *, to_change: bool = False) -> Product | None:
        """Give the row with this id; who means to change it waits for others who do so now."""
        return self.session.get(Product, key, with_for_update=to_change)

    def add(self, new: NewProduct) -> Product:
        """Write a new row; raises DuplicateError."""
        row = Product(**_columns(new))
        self.session.add(row)
        self._write()
        return row

    def replace(self, row: Product, new: NewProduct) -> None:
        """Give a row new values; raises DuplicateError."""
        for name, value in _columns(new).items():
            setattr(row, name, value)
        self._write()

    def change(self, row: Product, change: ProductChange) -> None:
        """Give a row the values that were sent; raises DuplicateError."""
        for name, value in _columns(change, only_sent=True).items():
            setattr(row, name, value)
        self._write()

    def remove(self, row: Product) -> None:
        """Delete a row."""
        self.session.delete(row)
        self.session.flush()

    def _write(self) -> None:
        try:
            self.session.flush()
        except IntegrityError as error:
            columns = taken(error)
            if not columns:
                raise
            raise DuplicateError(*columns) from error


def _columns(new: NewProduct | ProductChange, *, only_sent: bool = False) -> dict[str, object]:
    values = new.model_dump(exclude=AS_JSON, exclude_unset=only_sent)
    return values | new.model_dump(mode="json", include=AS_JSON, exclude_unset=only_sent)
