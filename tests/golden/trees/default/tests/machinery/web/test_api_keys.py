"""Which keys make a client known, and what it is told when they do not."""

import logging
import secrets
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from starlette.types import Receive, Scope, Send

from shop.process import logs
from shop.settings import Settings
from shop.values.client_keys import hash_of
from shop.web.security import CallerDep, ClientOnly

KEYS = "web:for-web,cron:for cron"
HERE, ELSEWHERE = ("127.0.0.1", 50000), ("192.0.2.7", 50000)

Address = tuple[str, int]


def service(keys: object, client: Address | None = HERE) -> TestClient:
    """Make a route for clients, under settings with these keys."""
    app = FastAPI()
    app.state.settings = Settings.model_validate({"client_api_keys": keys})
    app.add_middleware(logs.RequestIdMiddleware)

    @app.post("/", dependencies=[ClientOnly])
    def work(request: Request) -> str:
        logging.getLogger("work").warning("done")
        return str(request.state.client)

    @app.get("/scopes")
    def scopes(caller: CallerDep) -> list[str] | None:
        return None if caller.scopes is None else sorted(caller.scopes)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "client": client}, receive, send)  # None behind a Unix socket

    return TestClient(serve)


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
    assert response.headers["WWW-Authenticate"] == "APIKey"


@pytest.mark.parametrize("key", [b"web", b"for-web,", b"for-we", b"For-web", b"web:for-web"])
def test_a_wrong_key_is_refused(key: bytes) -> None:
    response = service(KEYS).post("/", headers={b"X-API-Key": key})

    assert (response.status_code, response.json()) == (401, {"detail": "X-API-Key is wrong"})
    assert response.headers["WWW-Authenticate"] == "APIKey"


def test_the_hash_of_a_key_is_no_key() -> None:
    key = {"X-API-Key": hash_of("for-web")}

    assert service(KEYS).post("/", headers=key).status_code == 401


@pytest.mark.parametrize(
    ("key", "scopes"),
    [("plain", None), ("all", None), ("some", ["a:read", "a:write"]), ("none", [])],
)
def test_a_key_has_the_scopes_of_its_entry_and_all_where_it_names_none(
    key: str, scopes: list[str] | None
) -> None:
    hashed = {name: {"sha256": hash_of(name)} for name in ("plain", "all")}
    limited = {
        "some": {"sha256": hash_of("some"), "scopes": ["a:write", "a:read"]},
        "none": {"sha256": hash_of("none"), "scopes": []},
    }

    response = service(hashed | limited).get("/scopes", headers={"X-API-Key": key})

    assert (response.status_code, response.json()) == (200, scopes)


@pytest.mark.parametrize(("minutes", "status"), [(1, 200), (-1, 401)])
def test_a_key_is_good_until_it_expires(minutes: int, status: int) -> None:
    end = datetime.now(UTC) + timedelta(minutes=minutes)
    keys = {"web": {"sha256": hash_of("for-web"), "expires": end.isoformat()}}

    response = service(keys).post("/", headers={"X-API-Key": "for-web"})

    assert response.status_code == status
    expired = {"detail": "X-API-Key is expired"}
    assert response.json() == ("web" if status == 200 else expired)


def test_a_key_is_compared_in_constant_time_with_each_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[tuple[str, str]] = []

    def compare(given: str, expected: str) -> bool:
        compared.append((given, expected))
        return given == expected

    monkeypatch.setattr(secrets, "compare_digest", compare)

    service(KEYS).post("/", headers={"X-API-Key": "for-web"})

    sent, other = hash_of("for-web"), hash_of("for cron")
    assert compared == [(sent, sent), (sent, other)]


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
