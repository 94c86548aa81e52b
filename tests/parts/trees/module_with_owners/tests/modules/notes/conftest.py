"""Values to test notes with, from what its schemas say."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from enum import EnumType
from functools import cache
from importlib import import_module
from typing import Annotated, Any, get_args
from uuid import UUID

import pytest
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from shop.database import Base, Database
from shop.modules.notes.models import Note
from shop.modules.notes.repository import Repository
from shop.modules.notes.schemas import NewNote, NoteView
from shop.web.callers import LOCAL

FIELDS = NewNote.model_fields
ANNOTATED: Any = Annotated  # with a type that is known when it runs


KNOWN: dict[str, list[Any]] = {
    "label": [
        "example",
        "example 2",
        "example 3",
    ],
}
"""Values that fields took when this was made, tried first."""


def said(part: Any) -> Iterator[Any]:  # noqa: ANN401
    """Give all that an annotation says: types, bounds, and the values that it lists."""
    yield part
    if isinstance(part, EnumType):
        members: list[Any] = list(part)
        yield from (member.value for member in members)
    for inner in (*get_args(part), *getattr(part, "metadata", ())):
        yield from said(inner)


def candidates(field: FieldInfo) -> Iterator[Any]:
    """Give values as JSON has them: its own examples, one of each usual type, and its bounds."""
    names = ("ge", "gt", "le", "lt", "min_length", "max_length")
    parts = list(said(ANNOTATED[field.annotation, field]))
    given = [getattr(part, name) for part in parts for name in names if hasattr(part, name)]
    bounds = sorted(Decimal(str(n)) for n in given if isinstance(n, int | float | Decimal))
    around = [bound + step for bound in bounds for step in (0, 1, -1, Decimal("0.5"))]
    middle = sum(bounds, Decimal(0)) / (len(bounds) or 1)
    numbers = list(dict.fromkeys([*map(Decimal, (1, 2, 3, 0)), middle, *around]))
    values: list[Any] = [part for part in parts if isinstance(part, str | int)]
    for n in (1, 2, 3):
        values += [f"example {n}", f"ada{n}@example.com", f"https://example.com/{n}", n + 0.5]
        values += [f"2026-03-0{n}T09:30:00Z", f"2026-03-0{n}", f"{n:08}-0000-4000-8000-{n:012}"]
        values += [f"0{n}:30:00", f"P{n}D"]
    values += [True, False, *("x" * int(n) for n in numbers if 0 <= n <= 9999)]
    values += [kind(n) for n in numbers for kind in (int, float)]
    values += [str(n + Decimal("0.50")) for n in numbers] + [str(n) for n in numbers]
    values += [to_jsonable_python(bound) for bound in given]
    yield from (*(field.examples or ()), *values)
    sizes = dict.fromkeys(int(n) for n in numbers if 0 <= n <= 99)
    yield from (*([value] * n for n in sizes for value in values), {"a": [1, None]}, None)


def fitting(name: str, field: FieldInfo) -> list[Any]:
    """Give the values that a field takes and gives back as they are."""
    adapter: TypeAdapter[Any] = TypeAdapter(ANNOTATED[field.annotation, field])
    found = []
    for value in (*KNOWN.get(name, ()), *candidates(field)):
        with suppress(ValidationError):
            kept = adapter.dump_python(adapter.validate_python(value), mode="json")
            if type(kept) is type(value) and kept == value and value not in found:
                found.append(value)
    return found


@cache
def values_of(name: str) -> list[Any]:
    """Give the values that a field takes; what it needs can be said as Field(examples=[...])."""
    return fitting(name, FIELDS[name])


@pytest.fixture
def fitting_values() -> Callable[[str], list[Any]]:
    """Give the values that a field takes, by its name."""
    return values_of


@pytest.fixture
def examples() -> list[dict[str, object]]:
    """Give three rows that are valid and may be kept together."""
    known = [name for name in FIELDS if values_of(name)]
    return [
        {name: values_of(name)[number % len(values_of(name))] for name in known}
        for number in range(3)
    ]


@pytest.fixture
def keep(database: Database) -> Callable[[dict[str, object]], NoteView]:
    """Keep a row of the caller that `client` is, without a request."""

    def add(example: dict[str, object]) -> NoteView:
        with database.transaction() as session:
            repository = Repository(session, LOCAL.name)
            row = repository.add(NewNote.model_validate(example))
            return NoteView.model_validate(row)

    return add


@pytest.fixture
def kept(database: Database) -> Callable[[], list[NoteView]]:
    """Give the rows that are kept, the oldest first."""

    def read() -> list[NoteView]:
        with database.snapshot() as session:
            rows = session.scalars(select(Note).order_by("created_at"))
            return [NoteView.model_validate(row) for row in rows]

    return read


@pytest.fixture
def database_url(database_url: str) -> str:
    """Keep the rows of other modules that the examples refer to, before a test begins."""
    database = Database(database_url)
    with database.transaction() as session:
        for column in Note.__table__.columns:
            if column.foreign_keys:
                for number, key in enumerate(filter(None, values_of(column.name))):
                    keep_other(session, column, key, number)
    database.close()
    return database_url


def keep_other(session: Session, column: ColumnElement[Any], key: str, number: int) -> None:
    """Keep the row that a column refers to by this key, with the values of this number.

    The rows that it must refer to itself are kept first.
    """
    [reference] = column.foreign_keys
    table = reference.column.table
    other = next(each.class_ for each in Base.registry.mappers if each.local_table is table)
    if session.get(other, UUID(key)):
        return
    package = other.__module__.rpartition(".")[0]
    new = getattr(import_module(f"{package}.schemas"), f"New{other.__name__}")
    fitted = {name: fitting(name, field) for name, field in new.model_fields.items()}
    example = {name: values[number % len(values)] for name, values in fitted.items() if values}
    for each in table.columns:
        if each.foreign_keys and each.nullable:
            example[each.name] = None
        elif each.foreign_keys:
            keep_other(session, each, example[each.name], number)
    repository = import_module(f"{package}.repository").Repository
    owner = [LOCAL.name] if hasattr(repository, "owner") else []
    row = repository(session, *owner).add(new.model_validate(example))
    row.id = UUID(key)
    session.flush()
