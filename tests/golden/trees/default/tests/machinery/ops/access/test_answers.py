"""Errors of the page are pages, and each answer tells the browser what it may do."""

from html import unescape

import pytest
from fastapi import FastAPI, HTTPException
from fastapi.responses import HTMLResponse
from fastapi.testclient import TestClient
from sqlalchemy import event
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError

from shop.database import SessionDep
from shop.database.outage import UNUSABLE
from shop.ops.route import page_router
from shop.web.errors import (
    ConflictError,
    NotFoundError,
    UnprocessableError,
)

MARKUP = "<script>alert('1')</script>&amp;"
FAIL, COMMIT = "/ops/-/fail/1", "/ops/-/commit"
STALE = "another request changed or deleted it meanwhile"


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    """Add pages that fail, while they are made or at their commit."""
    router = page_router()

    @router.get("/-/fail/{number}")
    def fail(number: int) -> HTMLResponse:
        assert number
        raise app.state.error

    @router.get("/-/commit")
    def fail_at_the_end(session: SessionDep) -> HTMLResponse:
        def fail(_session: object) -> None:
            raise app.state.error

        event.listen(session, "before_commit", fail)
        return HTMLResponse("done")

    app.include_router(router)
    return app


@pytest.fixture
def operator(client: TestClient) -> TestClient:
    """Send the key with each request."""
    client.headers["X-Ops-Key"] = "the operator's"
    return client


@pytest.mark.parametrize("path", [FAIL, COMMIT])
@pytest.mark.parametrize(
    ("error", "status", "reason", "later"),
    [
        (HTTPException(404, MARKUP), 404, MARKUP, None),
        (HTTPException(418, "tea", {"Retry-After": "3"}), 418, "tea", "3"),
        (HTTPException(400, {"code": MARKUP}), 400, '{"detail": {"code": "' + MARKUP + '"}}', None),
        (NotFoundError(MARKUP), 404, MARKUP, None),
        (ConflictError("busy", retry_after=7), 409, "busy", "7"),
        (UnprocessableError(MARKUP, "query", "a"), 422, f"a: {MARKUP}", None),
        (StaleDataError("0 were matched"), 409, STALE, None),
        (PoolTimeoutError(), 503, UNUSABLE, "5"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_is_a_page_that_says_why(  # noqa: PLR0913, PLR0917
    app: FastAPI,
    operator: TestClient,
    path: str,
    error: Exception,
    status: int,
    reason: str,
    later: str | None,
) -> None:
    app.state.error = error

    response = operator.get(path)

    assert (response.status_code, response.headers.get("Retry-After")) == (status, later)
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert f'role="alert">{reason}</p>' in unescape(response.text)
    assert "<script>" not in response.text
    assert "aria-current" not in response.text
    assert '<form method="post" action="/ops/logout">' in response.text


def test_wrong_input_is_named_and_not_shown(operator: TestClient) -> None:
    response = operator.get("/ops/-/fail/secret")

    assert response.status_code == 422
    assert "number: Input should be a valid integer" in response.text
    assert "secret" not in response.text.partition("<main")[2]


def test_whoever_has_no_key_learns_nothing_of_wrong_input(client: TestClient) -> None:
    assert client.get("/ops/-/fail/secret").status_code == 303


def test_an_error_says_nothing_of_what_was_done(app: FastAPI, operator: TestClient) -> None:
    app.state.error = ConflictError("busy")

    assert "queued again" not in operator.get(f"{FAIL}?did=retry&count=3").text


def test_a_mistake_in_the_code_is_an_error_of_the_server(
    app: FastAPI, operator: TestClient
) -> None:
    app.state.error = ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        operator.get(FAIL)


@pytest.mark.parametrize("path", ["/ops", FAIL, "/ops/login", "/ops/static/ops.css"])
def test_a_browser_may_load_and_do_nothing_but_what_is_ours(
    app: FastAPI, operator: TestClient, path: str
) -> None:
    app.state.error = NotFoundError("gone")

    headers = operator.get(path).headers

    rules = headers["Content-Security-Policy"].split("; ")
    own = ["style-src", "script-src", "img-src", "connect-src", "form-action"]
    none = ["default-src", "base-uri", "frame-ancestors"]
    assert {f"{rule} 'self'" for rule in own} | {f"{rule} 'none'" for rule in none} == set(rules)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_head_has_the_headers_and_no_body(operator: TestClient) -> None:
    response = operator.head("/ops/-/fail/x")

    assert (response.status_code, response.content) == (422, b"")
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
