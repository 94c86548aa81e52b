"""Who may see the page, and who may change what it shows."""

import logging
import re
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from shop.process.logs import ContextFilter
from shop.settings import Settings

OPERATOR, READER = {"X-Ops-Key": "the operator's"}, {"X-Ops-Key": "the reader's"}
THING = "/ops/-/thing"
READS_ONLY = "OPS_READ_KEY only reads"
LogIn = Callable[..., TestClient]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["/ops", THING, "/ops/login"])
def test_the_page_is_shut_until_a_key_is_set(
    client: TestClient, settings: Settings, method: str, path: str
) -> None:
    settings.ops_api_key = None

    response = client.request(method, path, headers=READER)

    assert response.status_code in {403, 405}
    assert response.status_code == 405 or "set OPS_API_KEY" in response.text


@pytest.mark.parametrize(
    ("headers", "seen"), [(OPERATOR, "operator True"), (READER, "reader False")]
)
def test_a_key_in_a_header_opens_the_page(
    client: TestClient, headers: dict[str, str], seen: str
) -> None:
    assert client.get(THING, headers=headers).text == seen


def test_an_operator_may_change_something_from_anywhere_by_a_key_in_a_header(
    client: TestClient,
) -> None:
    headers = OPERATOR | {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}

    response = client.post(THING, headers=headers)

    assert response.status_code == 303
    assert response.headers["Location"] == f"{THING}?did=retry&count=3"


def test_a_reader_changes_nothing(client: TestClient, log_in: LogIn) -> None:
    by_header = client.post(THING, headers=READER)
    in_session = log_in("the reader's").post(THING)

    assert (by_header.status_code, in_session.status_code) == (403, 403)
    assert READS_ONLY in by_header.text
    assert READS_ONLY in in_session.text
    assert client.get(THING).text == "reader False"


def test_whoever_looks_without_a_key_is_sent_to_the_login_and_back_again(
    client: TestClient,
) -> None:
    response = client.get(f"{THING}?state=failed&name=a%20b")

    assert response.status_code == 303
    assert response.headers["Location"] == (
        "/ops/login?next=%2Fops%2F-%2Fthing%3Fstate%3Dfailed%26name%3Da%2520b"
    )


def test_whoever_would_change_something_without_a_key_is_refused(client: TestClient) -> None:
    response = client.post(THING)

    assert response.status_code == 401
    assert "log in first" in response.text


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_wrong_key_is_refused_whatever_the_session(log_in: LogIn, method: str) -> None:
    response = log_in().request(method, THING, headers={"X-Ops-Key": "x"})

    assert response.status_code == 401
    assert "X-Ops-Key is wrong" in response.text


def test_no_route_is_forgotten(app: FastAPI, log_in: LogIn) -> None:
    """Whoever adds a page or a verb need not think of its guard."""
    browser = log_in("the reader's")
    routes = [
        (method.upper(), re.sub(r"\{.*?\}", "00000000-0000-4000-8000-000000000000", path))
        for path, operations in app.openapi()["paths"].items()
        for method in operations
        if path.startswith("/ops") and not path.startswith(("/ops/log", "/ops/static"))
    ]

    by_reader = {(method, browser.request(method, path).status_code) for method, path in routes}
    browser.cookies.clear()
    by_nobody = {(method, browser.request(method, path).status_code) for method, path in routes}

    assert by_reader - {("GET", 200), ("GET", 404)} == {("POST", 403)}
    assert by_nobody == {("GET", 303), ("POST", 401)}


def test_who_did_what_is_in_the_log(log_in: LogIn, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "shop.ops")
    browser = log_in()

    browser.post(f"{THING}?state=failed%0A")
    browser.get(THING)
    for _ in range(2):
        browser.post("/ops/logout")

    assert [record.getMessage() for record in caplog.records if ".ops." in record.name] == [
        "operator: POST /ops/login, status 303, to /ops",
        f"operator: POST {THING}?state=failed%0A, status 303, to {THING}?did=retry&count=3",
        "operator: POST /ops/logout, status 303, to /ops/login",
        "nobody: POST /ops/logout, status 303, to /ops/login",
    ]


@pytest.mark.parametrize(("headers", "name"), [(OPERATOR, "operator"), (READER, "reader")])
def test_all_that_is_logged_for_a_visitor_says_who(
    client: TestClient, caplog: pytest.LogCaptureFixture, headers: dict[str, str], name: str
) -> None:
    caplog.set_level(logging.INFO, "shop.ops")
    caplog.handler.addFilter(context := ContextFilter())

    client.post(THING, headers=headers)

    caplog.handler.removeFilter(context)
    [record] = [each for each in caplog.records if ".ops." in each.name]
    assert f" visitor={name}" in vars(record)["context"]


def test_who_was_refused_what_is_in_the_log(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "shop.ops")

    client.post(THING)
    client.post(THING, headers=READER)
    client.post(THING, headers={"X-Ops-Key": "secret"})

    assert [record.getMessage() for record in caplog.records if ".ops." in record.name] == [
        f"nobody: POST {THING}, status 401",
        f"reader: POST {THING}, status 403",
        "a wrong key for the page, from 127.0.0.1",
        f"nobody: POST {THING}, status 401",
    ]
