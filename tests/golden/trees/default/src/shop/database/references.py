"""Rows that refer to rows of other tables: what is not there, and what cannot go."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Select, column, select, table
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session

OWNED = {"owned": True}
"""The `info` of a foreign key to rows that have owners: those of another are as if not there."""


class MissingRowError(Exception):
    """A value refers to a row that is not there."""

    def __init__(self, column: str) -> None:
        """Take the name of the value's column."""
        super().__init__(f"{column} refers to nothing")
        self.column = column


def require_rows(
    session: Session,
    model: type[DeclarativeBase],
    values: Mapping[str, object],
    owner: str | None = None,
) -> None:
    """Raise MissingRowError if one of the values refers to a row that is not there.

    Where a foreign key is OWNED, the row must be one of the `owner`.

    Nobody deletes the rows that are there before the transaction ends: they are locked.
    """
    for name, value in values.items():
        for key in model.__table__.columns[name].foreign_keys:
            row = _referred_to(key, value, owner).with_for_update(read=True, key_share=True)
            if value is not None and session.scalar(row) is None:
                raise MissingRowError(name)


def refers_to_row(
    session: Session, column: ColumnElement[Any], value: object, owner: str | None = None
) -> bool:
    """Tell whether there is the row that a value in this column would refer to.

    Where the foreign key is OWNED, it must be one of the `owner`.
    """
    [key] = column.foreign_keys
    return session.scalar(_referred_to(key, value, owner)) is not None


def is_referred_to(error: IntegrityError) -> bool:
    """Tell whether a row could not be deleted because others refer to it."""
    refused = str(error.orig) == "FOREIGN KEY constraint failed"
    return refused and str(error.statement).startswith("DELETE")


def _referred_to(key: ForeignKey, value: object, owner: str | None) -> Select[Any]:
    """Select by names, so that nobody needs to import the other table's model."""
    name, _, referred = key.target_fullname.rpartition(".")
    found: ColumnElement[Any] = column(referred, key.parent.type)
    rows = select(found).select_from(table(name)).where(found == value)
    return rows.where(column("owner") == owner) if key.info == OWNED else rows
