"""Pages of a list by keyset, on a table of its own: orders, cursors, links."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import pytest
from fastapi import FastAPI, Query, Request, Response
from fastapi.testclient import TestClient
from pydantic import BaseModel, ConfigDict
from sqlalchemy import BigInteger, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shop.database import Database, UtcDateTime
from shop.web import errors
from shop.web.errors import UnprocessableError
from shop.web.paging import (
    PageStart,
    Paging,
    cut,
    link_next,
    one_page,
    start_of,
)

START = datetime(2026, 3, 1, tzinfo=UTC)
ROWS = 12
SORTS = ["created_at", "number", "share", "day", "done", "key", "text"]
ORDERS = [sign + name for name in SORTS for sign in ("", "-")]
TEXTS = ["", "A", "a", "b'\\%_\"&#+ 🛒", "é"]


class Tables(DeclarativeBase):
    """The tables of this test."""


class Thing(Tables):
    __tablename__ = "things_of_a_test"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    number: Mapped[int] = mapped_column(BigInteger)
    share: Mapped[float]
    day: Mapped[date]
    done: Mapped[bool]
    key: Mapped[UUID]
    text: Mapped[str]


class ThingView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    created_at: datetime
    number: int
    share: float
    day: date
    done: bool
    key: UUID
    text: str


class ThingQuery(Paging):
    sort: Any = "created_at"
    done: bool | None = None


def thing(number: int) -> Thing:
    """Make one that has each value together with others, and an id in another order."""
    return Thing(
        id=UUID(int=number * 5 % ROWS),
        created_at=START + timedelta(microseconds=number % 3),
        number=(number % 2) * 2**53 + number % 3,
        share=0.1 + 0.2 * (number % 4),
        day=date(1 + number % 5, 1, 1),
        done=number % 2 == 0,
        key=UUID(int=number % 4 * 2**100),
        text=TEXTS[number % len(TEXTS)],
    )


@pytest.fixture
def things(empty_database_url: str) -> Iterator[Database]:
    """Keep things in a database of their own."""
    database = Database(empty_database_url)
    Tables.metadata.create_all(database.engine)
    with database.transaction() as session:
        session.add_all(map(thing, range(ROWS)))
    yield database
    database.close()


def read(database: Database, query: ThingQuery) -> tuple[list[ThingView], str | None]:
    """Give the page that is asked for."""
    with database.snapshot() as session:
        rows = session.scalars(one_page(select(Thing), Thing, query, start_of(query, ThingView)))
        return cut([ThingView.model_validate(row) for row in rows], query)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("limit", [1, 5, ROWS - 1, ROWS, ROWS + 1])
def test_each_row_is_on_one_page_and_in_order(things: Database, order: str, limit: int) -> None:
    columns = getattr(Thing, order.removeprefix("-")), Thing.id
    sorted_by = [column.desc() for column in columns] if order[0] == "-" else columns
    with things.snapshot() as session:
        expected = session.scalars(select(Thing.id).order_by(*sorted_by)).all()
    found: list[UUID] = []
    sizes: list[int] = []
    after = None

    while not sizes or after:
        page, after = read(things, ThingQuery(limit=limit, sort=order, after=after))
        found += [view.id for view in page]
        sizes.append(len(page))

    assert found == expected
    assert len(sizes) == -(-ROWS // limit)
    assert set(sizes[:-1]) <= {limit}


@pytest.mark.parametrize("name", SORTS)
def test_a_cursor_brings_a_value_back_as_it_was(name: str) -> None:
    views = [ThingView.model_validate(thing(number)) for number in range(ROWS)]
    for view in views:
        _, after = cut([view, view], ThingQuery(limit=1, sort=name))

        start = start_of(ThingQuery(sort=name, after=after), ThingView)

        assert start == PageStart(sort=name, value=getattr(view, name), id=view.id)
        assert start is not None
        assert type(start.value) is type(getattr(view, name))


def cursor(sort: str, value: object, key: object = "0" * 32) -> str:
    """Make a cursor as a stranger may."""
    text = json.dumps({"sort": sort, "value": value, "id": key})
    return urlsafe_b64encode(text.encode()).decode()


def test_the_cursor_of_a_stranger_is_as_good_as_ours() -> None:
    query = ThingQuery(sort="number", after=cursor("number", 7))

    assert start_of(query, ThingView) == PageStart(sort="number", value=7, id=UUID(int=0))


BAD = [
    *("", "x", "é", "====", "bnVsbA==", "W10=", "Int9Ig=="),
    urlsafe_b64encode(b"[" * 9999).decode(),
    cursor("-number", 7),
    cursor("text", 7),
    cursor("number", "seven"),
    cursor("number", None),
    cursor("number", [7]),
    cursor("number", 2**63),
    cursor("number", -(2**63) - 1),
    cursor("number", 7, "no id"),
]


@pytest.mark.parametrize("after", BAD, ids=range(len(BAD)))
def test_what_is_no_cursor_of_this_order_is_refused(after: str) -> None:
    with pytest.raises(UnprocessableError) as refused:
        start_of(ThingQuery(sort="number", after=after), ThingView)

    assert refused.value.where == ("query", "after")


@pytest.mark.parametrize(
    "moment",
    [
        "2026-03-01",
        "2026-03-01T00:00:00",
        "0001-01-01T00:00:00+12:00",
        "9999-12-31T23:59:59-12:00",
    ],
)
def test_a_moment_that_no_column_has_is_refused(moment: str) -> None:
    with pytest.raises(UnprocessableError):
        start_of(ThingQuery(after=cursor("created_at", moment)), ThingView)


@pytest.fixture
def client(things: Database) -> TestClient:
    app = FastAPI()
    errors.install(app)

    @app.get("/things")
    def browse(
        query: Annotated[ThingQuery, Query()], request: Request, response: Response
    ) -> list[ThingView]:
        page, after = read(things, query)
        link_next(request, response, after)
        return page

    return TestClient(app, root_path="/behind/a/proxy")


def test_links_lead_through_the_list_and_keep_what_was_asked(client: TestClient) -> None:
    answer = client.get("/things", params={"sort": "-text", "limit": 4, "done": "true"})
    found = answer.json()
    while link := answer.links.get("next"):
        assert link["url"].startswith("?sort=-text&limit=4&done=true&after=")
        answer = client.get(str(answer.url.join(link["url"])))
        found += answer.json()

    assert len({item["id"] for item in found}) == len(found) == ROWS
    assert answer.headers.get("Link") is None


@pytest.mark.parametrize(
    ("name", "value"), [("after", "x"), ("limit", "0"), ("limit", "101"), ("offset", "1")]
)
def test_what_cannot_be_asked_is_422_and_named(client: TestClient, name: str, value: str) -> None:
    refused = client.get("/things", params={name: value})

    assert refused.status_code == 422
    assert [error["loc"] for error in refused.json()["detail"]] == [["query", name]]
