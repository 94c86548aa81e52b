"""Rows belong to the caller that made them: nobody else sees, changes or refers to them."""

from collections.abc import Callable
from uuid import UUID

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient

from shop.database import Database
from shop.modules.notes.models import Note
from shop.modules.notes.repository import FILTERS, SEARCHED
from shop.modules.notes.router import nested, router
from shop.modules.notes.schemas import NoteView
from shop.web import callers
from shop.web.etags import etag_of
from shop.web.security import guard_client

PATH = router.prefix
ANOTHER = "another"
TABLE = Note.__table__
REFERRING = [column.name for column in TABLE.columns if column.foreign_keys]
OF_OWNERS = [
    "about_id",
]
"""What refers to rows that have owners."""
KEYS = {name: key for name in OF_OWNERS for key in TABLE.columns[name].foreign_keys}
UNIQUE = [
    column.name
    for each in Note.__table_args__
    if isinstance(each, sa.UniqueConstraint)
    for column in each.columns
    if column.name != "owner"
]

Examples = list[dict[str, object]]
Keep = Callable[[dict[str, object]], NoteView]
Kept = Callable[[], list[NoteView]]


def give_away(database: Database, table: str, *keys: UUID) -> None:
    """Let rows of a table be another caller's: those with these ids, or all."""
    rows = sa.table(table, sa.column("id", sa.Uuid()), sa.column("owner"))
    given = sa.update(rows).values(owner=ANOTHER)
    with database.transaction() as session:
        session.execute(given.where(rows.c.id.in_(keys)) if keys else given)


@pytest.fixture
def theirs(database: Database, keep: Keep, examples: Examples) -> NoteView:
    """Keep a row of another caller."""
    view = keep(examples[0])
    give_away(database, Note.__tablename__, view.id)
    return view


@pytest.fixture
def change_sides(app: FastAPI, database: Database) -> Callable[[], None]:
    """Let the other caller call from now on, whose rows refer to rows of its own."""

    def change() -> None:
        app.dependency_overrides[guard_client] = lambda: callers.Caller(ANOTHER)
        for key in KEYS.values():
            if key.column.table is not TABLE:
                give_away(database, key.column.table.name)

    return change


def test_a_row_belongs_to_the_caller_that_made_it(
    client: TestClient, database: Database, change_sides: Callable[[], None], examples: Examples
) -> None:
    change_sides()

    assert client.post(PATH, json=examples[0]).status_code == 201

    with database.snapshot() as session:
        assert session.scalars(sa.select(Note.owner)).all() == [ANOTHER]


def listed(client: TestClient, **query: str) -> list[str]:
    """Give the ids in a list."""
    answer = client.get(PATH, params=query)
    return [item["id"] for item in answer.json()["items"]]


def test_a_list_has_the_rows_of_its_caller_only(
    client: TestClient,
    change_sides: Callable[[], None],
    theirs: NoteView,
    keep: Keep,
    examples: Examples,
) -> None:
    own = keep(examples[1])

    before = listed(client)
    change_sides()

    assert (before, listed(client)) == ([str(own.id)], [str(theirs.id)])


def test_a_list_that_is_asked_for_a_row_of_another_has_it_not(
    client: TestClient, change_sides: Callable[[], None], theirs: NoteView
) -> None:
    shown = {key: each for key, each in theirs.model_dump(mode="json").items() if each is not None}
    filters = [(name, column) for name, (_, column) in FILTERS.items() if column in shown]
    queries = [{name: str(shown[column])} for name, column in filters]
    queries += [{"search": shown[column][:200]} for column in SEARCHED if shown.get(column)]

    before = [listed(client, **query) for query in queries]
    change_sides()

    assert before == [[] for _ in queries]
    assert [listed(client, **query) for query in queries] == [[str(theirs.id)] for _ in queries]


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_a_row_of_another_is_404(  # noqa: PLR0913, PLR0917
    client: TestClient,
    change_sides: Callable[[], None],
    theirs: NoteView,
    kept: Kept,
    examples: Examples,
    method: str,
) -> None:
    path, seen = f"{PATH}/{theirs.id}", {"If-Match": etag_of(theirs)}
    body = examples[1] if method in {"PUT", "PATCH"} else None

    refused = client.request(method, path, json=body, headers=seen)

    assert (refused.status_code, kept()) == (404, [theirs])
    change_sides()
    assert client.request(method, path, json=body, headers=seen).is_success


def path_of(field: str, key: object) -> str:
    """Give the path of the list of what refers to a row."""
    return nested.url_path_for(f"browse_of_{field.removesuffix('_id')}", **{field: key})


@pytest.mark.parametrize("field", REFERRING)
def test_the_list_below_a_row_has_the_rows_of_its_caller_only(
    client: TestClient, theirs: NoteView, keep: Keep, examples: Examples, field: str
) -> None:
    own = keep(examples[1])
    path = path_of(field, getattr(theirs, field) or own.id)

    answer = client.get(path)

    assert (answer.status_code, answer.json()["items"]) == (200, [])


@pytest.mark.parametrize("field", KEYS)
def test_the_list_below_a_row_of_another_is_404(
    client: TestClient, database: Database, keep: Keep, examples: Examples, field: str
) -> None:
    path = path_of(field, examples[0][field] or keep(examples[0]).id)
    before = client.get(path).status_code

    give_away(database, KEYS[field].column.table.name)

    assert (before, client.get(path).status_code) == (200, 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
@pytest.mark.parametrize("field", KEYS)
def test_what_refers_to_a_row_of_another_is_422_and_named(  # noqa: PLR0913, PLR0917
    client: TestClient,
    database: Database,
    keep: Keep,
    kept: Kept,
    examples: Examples,
    method: str,
    field: str,
) -> None:
    view = keep(examples[0])
    other = UUID(str(examples[1][field] or keep(examples[2]).id))
    give_away(database, KEYS[field].column.table.name, other)
    path = PATH if method == "POST" else f"{PATH}/{view.id}"

    response = client.request(method, path, json={**examples[0], field: str(other)})

    assert response.status_code == 422
    assert [problem["loc"] for problem in response.json()["detail"]] == [["body", field]]
    assert view in kept()


@pytest.mark.parametrize("field", UNIQUE)
def test_a_value_that_is_unique_is_so_for_each_owner(
    theirs: NoteView, keep: Keep, examples: Examples, field: str
) -> None:
    own = keep({**examples[1], field: examples[0][field]})

    assert getattr(own, field) == getattr(theirs, field)
