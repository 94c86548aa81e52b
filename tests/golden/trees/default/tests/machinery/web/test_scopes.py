"""Routes for clients that have a scope: who is let in, and what the document says of them."""

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from shop.settings import Settings
from shop.web.callers import Caller
from shop.web.refusals import refusals
from shop.web.security import (
    CallerDep,
    ClientOnly,
    client_with,
    guard_client,
)

READS, WRITES = "links:read", "links:write"


@pytest.fixture
def links() -> FastAPI:
    """Make routes for clients, for those with a scope, and for those with another one too."""
    app = FastAPI()
    app.state.settings = Settings.model_validate({})
    app.router.responses = refusals(401, 403)

    @app.get("/any", dependencies=[ClientOnly])
    def see() -> None: ...

    @app.get("/one", dependencies=[client_with(READS)])
    def read(caller: CallerDep) -> str:
        return caller.name

    @app.get("/two", dependencies=[client_with(READS, WRITES)])
    def write() -> None: ...

    return app


def statuses(app: FastAPI, scopes: set[str] | None) -> list[int]:
    """Call each route as a client with these scopes."""
    caller = Caller("ada", None if scopes is None else frozenset(scopes))
    app.dependency_overrides[guard_client] = lambda: caller
    client = TestClient(app)
    return [client.get(path).status_code for path in ("/any", "/one", "/two")]


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        (set(), [200, 403, 403]),
        ({"links", "links:reads", READS.upper()}, [200, 403, 403]),
        ({WRITES}, [200, 403, 403]),
        ({READS}, [200, 200, 403]),
        ({READS, WRITES, "other"}, [200, 200, 200]),
        (None, [200, 200, 200]),
    ],
)
def test_a_client_needs_every_scope_of_a_route(
    links: FastAPI, scopes: set[str] | None, expected: list[int]
) -> None:
    assert statuses(links, scopes) == expected


def test_a_route_can_see_who_calls_and_a_refused_client_is_told_what_it_lacks(
    links: FastAPI,
) -> None:
    links.dependency_overrides[guard_client] = lambda: Caller("ada", frozenset({READS}))
    client = TestClient(links)

    assert client.get("/one").json() == "ada"
    refused = client.get("/two")
    assert refused.json() == {"detail": f"ada lacks a scope of this route: {READS} {WRITES}"}


def test_who_is_not_known_is_refused_before_scopes_are_looked_at(links: FastAPI) -> None:
    elsewhere = TestClient(links, client=("192.0.2.7", 50000))

    assert [elsewhere.get(path).status_code for path in ("/any", "/one", "/two")] == [401] * 3


def test_the_document_names_the_scheme_and_the_scopes_of_a_route(links: FastAPI) -> None:
    document: dict[str, Any] = links.openapi()

    operations = {path: document["paths"][path]["get"] for path in document["paths"]}
    scopes = {path: operation["security"] for path, operation in operations.items()}
    assert scopes == {
        "/any": [{"client": []}],
        "/one": [{"client": [READS]}],
        "/two": [{"client": [READS, WRITES]}],
    }
    assert list(document["components"]["securitySchemes"]) == ["client"]
    for operation in operations.values():
        assert {"401", "403"} <= operation["responses"].keys()
        assert "WWW-Authenticate" in operation["responses"]["401"]["headers"]
