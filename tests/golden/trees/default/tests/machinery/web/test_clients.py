"""Which callers may use a route for clients while no key is set: those on this machine."""

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from starlette.types import Receive, Scope, Send

from shop.settings import Settings
from shop.web.api_keys import SETTING, challenge
from shop.web.callers import LOCAL
from shop.web.security import CallerDep, ClientOnly

HERE = ("127.0.0.1", 50000)

Address = tuple[str, int]


def service(client: Address | None = HERE) -> TestClient:
    """Make a route for clients, under settings that make none known."""
    app = FastAPI()
    app.state.settings = Settings.model_validate({})

    @app.post("/", dependencies=[ClientOnly])
    def work(request: Request, caller: CallerDep) -> list[str | None]:
        return [caller.name, getattr(request.state, "client", None)]

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "client": client}, receive, send)  # None behind a Unix socket

    return TestClient(serve)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1", "0:0:0:0:0:0:0:1"]
)
def test_without_keys_a_caller_on_this_machine_is_answered(host: str) -> None:
    others = {"X-API-Key": "of something else", "Authorization": "Bearer of-something-else"}

    response = service((host, 50000)).post("/", headers=others)

    assert (response.status_code, response.json()) == (200, [LOCAL.name, None])


@pytest.mark.parametrize(
    "host",
    ["192.0.2.7", "172.17.0.1", "::ffff:192.0.2.7", "fe80::1%eth0", "128.0.0.1", "localhost"],
)
def test_without_keys_any_other_caller_is_told_what_to_set(host: str) -> None:
    response = service((host, 50000)).post("/")

    said = {"detail": f"only callers on this machine are answered: {SETTING}"}
    assert (response.status_code, response.json()) == (401, said)
    assert response.headers["WWW-Authenticate"] == challenge()["WWW-Authenticate"]


@pytest.mark.parametrize(
    "header",
    [
        *("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded", "Forwarded"),
        *("Via", "X-Real-IP", "X-Client-IP", "X-Original-Forwarded-For", "True-Client-IP"),
        *("CF-Connecting-IP", "X-Envoy-External-Address", "X-Cluster-Client-IP", "CDN-Loop"),
        *("Fastly-Client-IP", "Client-IP", "X_Forwarded_For"),
    ],
)
def test_what_a_proxy_on_this_machine_passes_on_is_not_from_this_machine(header: str) -> None:
    assert service().post("/", headers={header: "127.0.0.1"}).status_code == 401


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost:8000", 200),
        ("http://127.0.0.1:3000", 200),
        ("http://[::1]:8000", 200),
        ("https://evil.example", 401),
        ("http://localhost.evil.example:8000", 401),
        ("http://192.0.2.9", 401),
        ("http://[", 401),
        ("null", 401),
    ],
)
def test_a_page_of_elsewhere_in_a_browser_on_this_machine_is_not_answered(
    origin: str, status: int
) -> None:
    """Such as after DNS rebinding, when its name points to 127.0.0.1."""
    assert service().post("/", headers={"Origin": origin}).status_code == status


def test_a_caller_without_an_address_is_not_taken_for_one_on_this_machine() -> None:
    assert service(None).post("/").status_code == 401
