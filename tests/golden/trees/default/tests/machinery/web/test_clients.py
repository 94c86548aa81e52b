"""Which callers may use a route for clients."""

import logging
import secrets

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from starlette.types import Receive, Scope, Send

from shop.process import logs
from shop.settings import Settings
from shop.web.security import ClientOnly

KEYS = "web:for-web,cron:for cron"
HERE, ELSEWHERE = ("127.0.0.1", 50000), ("192.0.2.7", 50000)
OPEN_TO_THIS_MACHINE = (
    "only callers on this machine are answered: set CLIENT_API_KEYS, and send one of these keys"
    " as X-API-Key"
)

Address = tuple[str, int]


def service(keys: str, client: Address | None = HERE) -> TestClient:
    """Make a route for clients, under settings with these keys."""
    app = FastAPI()
    app.state.settings = Settings.model_validate({"client_api_keys": keys} if keys else {})
    app.add_middleware(logs.RequestIdMiddleware)

    @app.post("/", dependencies=[ClientOnly])
    def work(request: Request) -> str | None:
        logging.getLogger("work").warning("done")
        return getattr(request.state, "client", None)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "client": client}, receive, send)  # None behind a Unix socket

    return TestClient(serve)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1", "0:0:0:0:0:0:0:1"]
)
def test_without_keys_a_caller_on_this_machine_is_answered(host: str) -> None:
    response = service("", (host, 50000)).post("/", headers={"X-API-Key": "of something else"})

    assert (response.status_code, response.json()) == (200, None)


@pytest.mark.parametrize(
    "host",
    ["192.0.2.7", "172.17.0.1", "::ffff:192.0.2.7", "fe80::1%eth0", "128.0.0.1", "localhost"],
)
def test_without_keys_any_other_caller_is_told_what_to_set(host: str) -> None:
    response = service("", (host, 50000)).post("/")

    assert (response.status_code, response.json()) == (401, {"detail": OPEN_TO_THIS_MACHINE})


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
    assert service("").post("/", headers={header: "127.0.0.1"}).status_code == 401


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
    assert service("").post("/", headers={"Origin": origin}).status_code == status


def test_a_caller_without_an_address_is_not_taken_for_one_on_this_machine() -> None:
    assert service("", None).post("/").status_code == 401


@pytest.mark.parametrize("client", [HERE, ELSEWHERE, None])
@pytest.mark.parametrize(("name", "key"), [("web", "for-web"), ("cron", "for cron")])
def test_a_client_with_a_key_is_answered_wherever_it_is_and_known_by_name(
    client: Address | None, name: str, key: str
) -> None:
    headers = {"X-API-Key": key, "X-Forwarded-For": "192.0.2.9"}

    assert service(KEYS, client).post("/", headers=headers).json() == name


@pytest.mark.parametrize("client", [HERE, ELSEWHERE])
def test_with_keys_one_is_asked_from_everybody(client: Address) -> None:
    response = service(KEYS, client).post("/")

    assert (response.status_code, response.json()) == (401, {"detail": "X-API-Key is missing"})


@pytest.mark.parametrize("key", [b"web", b"for-web,", b"for-we", b"For-web", b"web:for-web"])
def test_a_wrong_key_is_refused(key: bytes) -> None:
    response = service(KEYS).post("/", headers={b"X-API-Key": key})

    assert (response.status_code, response.json()) == (401, {"detail": "X-API-Key is wrong"})


def test_a_key_is_compared_in_constant_time_with_each_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def compare(given: bytes, expected: bytes) -> bool:
        compared.append((given, expected))
        return given == expected

    monkeypatch.setattr(secrets, "compare_digest", compare)

    service(KEYS).post("/", headers={"X-API-Key": "for-web"})

    assert compared == [(b"for-web", b"for-web"), (b"for-web", b"for cron")]


def test_the_name_of_the_client_is_on_the_log_lines_of_its_request(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.handler.addFilter(logs.ContextFilter())
    client = service(KEYS)

    client.post("/", headers={"X-API-Key": "for-web", "X-Request-ID": "1"})
    client.post("/", headers={"X-API-Key": "for cron", "X-Request-ID": "2"})

    said = [record.__dict__["context"] for record in caplog.records if record.name == "work"]
    assert said == [" request_id=1 client=web", " request_id=2 client=cron"]
    assert "for-web" not in caplog.text
