"""Fixtures: both keys are set, a page that changes something, a browser that logs in."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.testclient import TestClient
from pydantic import SecretStr

from shop.ops.access.guard import VisitorDep
from shop.ops.links import link
from shop.ops.notices import back
from shop.ops.route import VERB, page_router
from shop.settings import Settings

KEY, READ_KEY = "the operator's", "the reader's"
LogIn = Callable[..., TestClient]


@pytest.fixture
def app(app: FastAPI, settings: Settings) -> FastAPI:
    """Set both keys and add a page that changes something; nothing runs."""
    settings.ops_api_key, settings.ops_read_key = SecretStr(KEY), SecretStr(READ_KEY)
    settings.runner = settings.scheduler = False
    router = page_router()

    @router.get("/-/thing")
    def ops_thing(visitor: VisitorDep) -> HTMLResponse:
        return HTMLResponse(f"{visitor.name} {visitor.may_change}")

    @router.post("/-/thing", **VERB)
    def ops_change_thing(request: Request, visitor: VisitorDep) -> RedirectResponse:
        return back(link(request, "ops_thing"), "retry" if visitor.may_change else "", 3)

    app.include_router(router)
    return app


@pytest.fixture
def client(client: TestClient) -> TestClient:
    """Show redirects rather than follow them."""
    client.follow_redirects = False
    return client


@pytest.fixture
def log_in(client: TestClient) -> LogIn:
    """Log in with a key, as a browser does it."""

    def log_in(key: str = KEY) -> TestClient:
        client.headers["Sec-Fetch-Site"] = "same-origin"
        assert client.post("/ops/login", data={"key": key}).status_code == 303
        return client

    return log_in
