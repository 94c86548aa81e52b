"""Entity tags: what `If-Match` lets through, and what `If-None-Match` keeps back."""

from http import HTTPStatus
from itertools import combinations

import pytest
from fastapi import FastAPI, Response
from fastapi.testclient import TestClient
from pydantic import BaseModel

from shop.web import errors
from shop.web.etags import (
    IfMatch,
    IfNoneMatch,
    PreconditionError,
    etag_of,
    require_match,
    tagged,
)


class Thing(BaseModel):
    name: str
    size: int | None = None


THING = Thing(name='é, "quoted"', size=1)
TAG = etag_of(THING)


@pytest.fixture
def things() -> TestClient:
    app = FastAPI()
    errors.install(app)

    @app.get("/thing")
    def read(response: Response, if_none_match: IfNoneMatch = None) -> Thing:
        return tagged(response, THING, if_none_match)

    @app.put("/thing")
    def replace(if_match: IfMatch = None) -> None:
        if if_match is not None:
            require_match(if_match, THING)

    return TestClient(app)


def test_a_tag_is_strong_and_of_one_state() -> None:
    states = [Thing(name="a"), Thing(name="b"), Thing(name="a", size=1), THING]

    assert all(etag_of(a) != etag_of(b) for a, b in combinations(states, 2))
    assert etag_of(THING.model_copy()) == TAG
    assert TAG[0] == TAG[-1] == '"'
    assert TAG.strip('"').isalnum()


@pytest.mark.parametrize(
    "sent",
    ["*", " * ", TAG, f'"a", {TAG}', f'{TAG},"a"', f'"a,b", W/"x", {TAG}', f", {TAG}"],
)
def test_what_is_named_may_be_changed(sent: str) -> None:
    require_match([sent], THING)


@pytest.mark.parametrize(
    "sent",
    ["", '"a"', f"W/{TAG}", f'"a", W/{TAG}', TAG.strip('"'), f'"{TAG}', TAG.upper(), '*, "a"'],
)
def test_what_is_not_named_is_not_changed(sent: str) -> None:
    with pytest.raises(PreconditionError):
        require_match([sent], THING)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ([], 200),
        ([("If-Match", TAG)], 200),
        ([("If-Match", '"a"'), ("If-Match", TAG)], 200),
        ([("If-Match", '"a"'), ("If-Match", '"b"')], 412),
    ],
)
def test_a_header_may_be_sent_in_several_lines(
    things: TestClient, sent: list[tuple[str, str]], status: int
) -> None:
    assert things.put("/thing", headers=sent).status_code == status


def test_a_refused_change_says_why(things: TestClient) -> None:
    refused = things.put("/thing", headers={"If-Match": '"a"'})

    assert refused.status_code == HTTPStatus.PRECONDITION_FAILED
    assert "If-Match" in refused.json()["detail"]


@pytest.mark.parametrize("sent", [None, '"a"', "", TAG.strip('"')])
def test_what_the_caller_has_not_is_sent_with_its_tag(things: TestClient, sent: str | None) -> None:
    answer = things.get("/thing", headers={} if sent is None else {"If-None-Match": sent})

    assert (answer.status_code, answer.json()) == (200, THING.model_dump())
    assert answer.headers["ETag"] == TAG


@pytest.mark.parametrize("sent", ["*", TAG, f"W/{TAG}", f'"a", W/{TAG}'])
def test_what_the_caller_has_is_not_sent(things: TestClient, sent: str) -> None:
    answer = things.get("/thing", headers={"If-None-Match": sent})

    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["ETag"] == TAG
