"""The list of `/notes`: each row once and in order."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from operator import eq, ge, le
from typing import Any, get_args
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from shop.database import Database
from shop.modules.notes.models import Note
from shop.modules.notes.repository import FILTERS, SEARCHED, Repository
from shop.modules.notes.router import router
from shop.modules.notes.schemas import NewNote, NoteQuery, NoteView
from shop.web.callers import LOCAL

PATH = router.prefix
START = datetime(2026, 3, 1, tzinfo=UTC)
SORTS = get_args(NoteQuery.model_fields["sort"].annotation)
LAST = 2**128 - 1
"""The greatest id that there can be."""

Examples = list[dict[str, object]]


@pytest.fixture
def views(database: Database, examples: Examples) -> list[NoteView]:
    """Keep rows, two of which were made at one moment."""
    with database.transaction() as session:
        add = Repository(session, LOCAL.name).add
        rows = [add(NewNote.model_validate(each)) for each in examples]
        for number, row in enumerate(rows):
            row.created_at = START + timedelta(days=number % 2)
        session.flush()
        return [NoteView.model_validate(row) for row in rows]


def in_order(database: Database, sort: str) -> list[str]:
    """Give the ids of all rows as the database sorts them."""
    key = Note.id
    columns = getattr(Note, sort.removeprefix("-")), key
    order = [each.desc() for each in columns] if sort.startswith("-") else columns
    with database.snapshot() as session:
        return [str(each) for each in session.scalars(select(key).order_by(*order))]


def pages(client: TestClient, **query: Any) -> Iterator[list[str]]:  # noqa: ANN401
    """Give the ids on each page, from link to link."""
    answer = client.get(PATH, params=query)
    yield [item["id"] for item in answer.json()["items"]]
    while link := answer.links.get("next"):
        answer = client.get(str(answer.url.join(link["url"])))
        yield [item["id"] for item in answer.json()["items"]]


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.usefixtures("views")
def test_each_row_is_on_one_page_and_in_order(
    client: TestClient, database: Database, sort: str
) -> None:
    first, second, third = in_order(database, sort)

    assert list(pages(client, sort=sort, limit=1)) == [[first], [second], [third]]
    assert list(pages(client, sort=sort, limit=2)) == [[first, second], [third]]
    assert list(pages(client, sort=sort)) == [[first, second, third]]


@pytest.mark.parametrize("sort", SORTS)
def test_rows_that_come_and_go_let_no_other_be_missed_or_repeated(
    client: TestClient, database: Database, views: list[NoteView], sort: str
) -> None:
    before, seen = in_order(database, sort), []
    changing = {str(view.id): view for view in views}
    for number, page in enumerate(pages(client, sort=sort, limit=1)):
        seen += page
        if gone := changing.pop(page[-1], None):
            with database.transaction() as session:
                session.delete(session.get_one(Note, gone.id))
                session.flush()
                fields = set(NewNote.model_fields)
                values = gone.model_dump(mode="json", include=fields)
                repository = Repository(session, LOCAL.name)
                row = repository.add(NewNote.model_validate(values))
                row.id, row.created_at = UUID(int=LAST - number), gone.created_at

    assert [key for key in seen if key in before] == before
    assert len(set(seen)) == len(seen)


@pytest.mark.usefixtures("views")
def test_a_page_has_what_is_there_and_the_cursor_of_the_next(client: TestClient) -> None:
    first = client.get(PATH, params={"limit": 2})
    second = client.get(PATH, params={"limit": 2, "after": first.json()["next"]})

    for answer in (first, second):
        for item in answer.json()["items"]:
            view = NoteView.model_validate(item)
            assert view.model_dump(mode="json") == item
    assert [len(answer.json()["items"]) for answer in (first, second)] == [2, 1]
    assert (second.json()["next"], second.links) == (None, {})


def test_nothing_is_an_empty_page(client: TestClient) -> None:
    assert client.get(PATH).json() == {"items": [], "next": None}


@pytest.mark.parametrize("sort", SORTS[1:])
@pytest.mark.usefixtures("views")
def test_a_cursor_is_of_one_order(client: TestClient, sort: str) -> None:
    cursor = client.get(PATH, params={"limit": 1, "sort": SORTS[0]}).json()["next"]

    answer = client.get(PATH, params={"after": cursor, "sort": sort})

    assert answer.status_code == 422
    assert [error["loc"] for error in answer.json()["detail"]] == [["query", "after"]]


@pytest.mark.usefixtures("views")
def test_a_page_is_as_long_as_is_asked_within_what_the_document_says(
    app: FastAPI, client: TestClient
) -> None:
    operation = app.openapi()["paths"][PATH]["get"]
    schemas = {param["name"]: param["schema"] for param in operation["parameters"]}
    least, most = schemas["limit"]["minimum"], schemas["limit"]["maximum"]

    limits = (least - 1, least, most, most + 1)
    asked = [client.get(PATH, params={"limit": limit}) for limit in limits]

    assert [answer.status_code for answer in asked] == [422, 200, 200, 422]
    assert len(asked[1].json()["items"]) == least


@pytest.mark.parametrize("name", ["unknown", "offset"])
def test_an_unknown_parameter_is_422(client: TestClient, name: str) -> None:
    answer = client.get(PATH, params={name: "1"})

    assert answer.status_code == 422
    assert [error["loc"] for error in answer.json()["detail"]] == [["query", name]]


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_leaves_what_it_says(client: TestClient, views: list[NoteView], name: str) -> None:
    shown = NoteView.model_fields
    column = name if name in shown else name.rpartition("_")[0]
    compare = {"": eq, "_from": ge, "_to": le}[name.removeprefix(column)]
    having = [view for view in views if getattr(view, column) is not None]
    assert having
    for view in having:
        value = getattr(view, column)
        fitting = {str(each.id) for each in having if compare(getattr(each, column), value)}

        asked = {name: view.model_dump(mode="json")[column]}

        assert {key for page in pages(client, limit=1, **asked) for key in page} == fitting


@pytest.mark.parametrize("column", SEARCHED)
def test_a_search_looks_for_a_part_whatever_its_case_and_takes_signs_as_they_are(
    client: TestClient, database: Database, views: list[NoteView], column: str
) -> None:
    texts = dict(zip("%_A", views, strict=True))
    with database.transaction() as session:
        for number, (text, view) in enumerate(texts.items()):
            row = session.get_one(Note, view.id)
            for name in SEARCHED:
                setattr(row, name, text if name == column else str(number))

    found = {text: list(pages(client, search=text.lower())) for text in texts}

    assert found == {text: [[str(view.id)]] for text, view in texts.items()}
