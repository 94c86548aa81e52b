"""The indexes and unique constraints of a table, each as its columns.

Where rows have owners, a list is that of one owner, so the owner comes first. What refers to a row
is also looked for when that row is deleted, whoever owns it, so there the owner comes second.
"""

from collections.abc import Sequence

from fastforge.parts.modules.fields import Field
from fastforge.parts.modules.lists import CREATED, Lists

OWNER = "owner"
"""The column of the caller that a row belongs to."""

Columns = tuple[str, ...]


def indexes_of(fields: Sequence[Field], lists: Lists, *, owned: bool) -> list[Columns]:
    """Give the columns of each index: those for being found, then those for being sorted by."""
    found = [field for field in fields if _is_sought(field, lists)]
    ordered = [field for field in fields if _is_sorted(field, lists, owned=owned)]
    if not owned:
        names = [CREATED, *(field.param.name for field in found)]
        return [*((name,) for name in names), *((field.param.name, "id") for field in ordered)]
    together = [_with_owner(field) for field in found]
    return [(OWNER, CREATED), *together, *((OWNER, f.param.name, "id") for f in ordered)]


def unique_of(fields: Sequence[Field], *, owned: bool) -> list[Columns]:
    """Give the columns of each unique constraint."""
    unique = [field for field in fields if field.unique]
    return [_with_owner(field) if owned else (field.param.name,) for field in unique]


def _with_owner(field: Field) -> Columns:
    name = field.param.name
    return (name, OWNER) if field.relation else (OWNER, name)


def _is_sought(field: Field, lists: Lists) -> bool:
    """Tell whether a field has an index for being filtered by, or because that was asked for."""
    filtered = any(each.param.name == field.param.name for each in lists.filters)
    sought = filtered and not (field.unique or field.param.name in lists.sorts)
    return field.index or sought


def _is_sorted(field: Field, lists: Lists, *, owned: bool) -> bool:
    """Tell whether a field has an index of its own for being sorted by."""
    serves = field.unique or field.index
    if owned and field.relation:  # the owner is not the first of what it has
        serves = False
    return field.param.name in lists.sorts and not serves
