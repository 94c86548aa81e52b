"""A router is passed over by requests for other paths."""

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from starlette.routing import Match
from starlette.types import Scope

from shop.web.routing import Router


class Asked(APIRoute):
    """A route that notes which requests it was compared with."""

    paths: list[str]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Note the path."""
        self.paths.append(scope["path"])
        return super().matches(scope)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the paths that the routes of a test are compared with."""
    paths: list[str] = []
    monkeypatch.setattr(Asked, "paths", paths, raising=False)
    return paths


def things() -> Router:
    """Make a router with one route."""
    router = Router(prefix="/things", route_class=Asked)
    router.add_api_route("/{thing}", lambda thing: thing)
    return router


@pytest.mark.parametrize("root_path", ["", "/api"])
@pytest.mark.parametrize("prefix", ["", "/v1", "/v1/{version}"])
def test_it_answers_wherever_it_is_included(asked: list[str], prefix: str, root_path: str) -> None:
    app = FastAPI()
    app.include_router(things(), prefix=prefix)
    client = TestClient(app, root_path=root_path)

    assert client.get(f"{root_path}{prefix}/things/7").json() == "7"
    assert asked


def test_its_prefix_may_have_a_parameter() -> None:
    app, router = FastAPI(), Router(prefix="/shops/{shop}")
    router.add_api_route("/things", lambda shop: shop)
    app.include_router(router)

    assert TestClient(app).get("/shops/7/things").json() == "7"


@pytest.mark.parametrize("path", ["/other", "/thing/7", "/v1"])
def test_its_routes_are_not_compared_with_requests_for_other_paths(
    asked: list[str], path: str
) -> None:
    app = FastAPI()
    app.include_router(things(), prefix="/v1")

    assert TestClient(app).get(path).status_code == 404
    assert asked == []


def test_a_router_of_routers_has_the_beginnings_of_all(asked: list[str]) -> None:
    app, outer = FastAPI(), Router()
    outer.beginnings = ("/things", "/more")
    outer.include_router(things())
    outer.add_api_route("/more", lambda: 1)
    app.include_router(outer)
    client = TestClient(app)

    assert (client.get("/things/7").json(), client.get("/more").json()) == ("7", 1)
    assert client.get("/other").status_code == 404
    assert set(asked) == {"/things/7"}
