"""Who may read and who may change background work."""

import secrets

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from shop.settings import Settings
from shop.web import errors
from shop.web.security import (
    OPERATOR,
    READER,
    OperatorDep,
    OpsRead,
    OpsWrite,
    whose,
)

KEY = "correct horse"
RIGHT = {"X-Ops-Key": KEY}
WRONG_KEYS = [b"correct", b"correct horse.", b"Correct horse", b"\xe9"]
HEADERS = ["X-Ops-Key", "X-API-Key"]
WRONG = [{header.encode(): key} for key in WRONG_KEYS for header in HEADERS]


def service(key: str | None, clients: str = "", read_key: str | None = None) -> TestClient:
    """Make two routes with the guards, under settings with or without keys."""
    app = FastAPI()
    values = {"ops_api_key": key, "client_api_keys": clients, "ops_read_key": read_key}
    app.state.settings = Settings.model_validate({n: v for n, v in values.items() if v})
    errors.install(app)

    @app.get("/", dependencies=[OpsRead])
    def read(*, operator: OperatorDep) -> bool:
        return operator

    @app.post("/", dependencies=[OpsWrite])
    def write() -> str:
        return "done"

    return TestClient(app)


def test_without_a_key_set_anyone_reads_as_a_stranger() -> None:
    response = service(None).get("/")
    assert (response.status_code, response.json()) == (200, False)


def test_without_a_key_set_operations_are_off() -> None:
    response = service(None).post("/")
    assert response.status_code == 403
    assert response.json() == {"detail": "operations are off: set OPS_API_KEY"}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_with_a_key_set_a_request_without_one_is_refused(method: str) -> None:
    response = service(KEY).request(method, "/")
    assert response.status_code == 401
    assert response.json() == {"detail": "X-Ops-Key is missing"}
    assert response.headers["WWW-Authenticate"] == "APIKey"


@pytest.mark.parametrize("configured", [None, KEY])
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("headers", WRONG, ids=range(len(WRONG)))
def test_a_wrong_key_is_refused(
    configured: str | None, method: str, headers: dict[bytes, bytes]
) -> None:
    response = service(configured).request(method, "/", headers=headers)
    assert response.status_code == 401
    assert response.json() == {"detail": f"{next(iter(headers)).decode()} is wrong"}
    assert response.headers["WWW-Authenticate"] == "APIKey"


@pytest.mark.parametrize("header", HEADERS)
def test_the_right_key_makes_an_operator(header: str) -> None:
    client = service(KEY)
    assert client.get("/", headers={header: KEY}).json() is True
    assert client.post("/", headers={header: KEY}).json() == "done"


@pytest.mark.parametrize("header", HEADERS)
def test_the_key_to_read_shows_all_and_changes_nothing(header: str) -> None:
    client = service(KEY, read_key="to read")
    assert client.get("/", headers={header: "to read"}).json() is True
    refused = client.post("/", headers={header: "to read"})
    assert refused.status_code == 403
    assert refused.json() == {"detail": "OPS_READ_KEY only reads: changes need OPS_API_KEY"}


def test_with_the_key_to_read_alone_nobody_changes_and_no_stranger_reads() -> None:
    client = service(None, read_key="to read")
    assert client.get("/").status_code == 401
    assert client.get("/", headers={"X-Ops-Key": KEY}).status_code == 401
    refused = client.post("/", headers={"X-Ops-Key": "to read"})
    assert (refused.status_code, refused.json()["detail"][:14]) == (403, "operations are")


@pytest.mark.parametrize(
    ("key", "name"),
    [(KEY, OPERATOR), ("to read", READER), ("other", None), ("", None), (None, None)],
)
def test_a_key_is_known_by_the_setting_that_has_it(key: str | None, name: str | None) -> None:
    settings = Settings.model_validate({"ops_api_key": KEY, "ops_read_key": "to read"})
    assert whose(settings, key) == name


def test_a_key_that_both_settings_have_may_change() -> None:
    assert service(KEY, read_key=KEY).post("/", headers=RIGHT).json() == "done"


def test_an_operator_may_be_a_client_too() -> None:
    both = {**RIGHT, "X-API-Key": "for-web"}
    assert service(KEY, "web:for-web").post("/", headers=both).json() == "done"


def test_a_client_is_no_operator_but_its_key_is_no_wrong_one() -> None:
    as_client = {"X-API-Key": "for-web"}
    assert service(None, "web:for-web").get("/", headers=as_client).json() is False
    refused = service(KEY, "web:for-web").post("/", headers=as_client)
    assert (refused.status_code, refused.json()) == (401, {"detail": "X-Ops-Key is missing"})


def test_keys_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def compare(given: bytes, expected: bytes) -> bool:
        compared.append((given, expected))
        return given == expected

    monkeypatch.setattr(secrets, "compare_digest", compare)
    service(KEY).get("/", headers=RIGHT)
    assert compared == [(KEY.encode(), KEY.encode())]


def test_every_operation_that_changes_something_is_guarded(
    app: FastAPI, client: TestClient
) -> None:
    paths = app.openapi()["paths"]
    operations = [
        (method, path.replace("{run_id}", "00000000-0000-4000-8000-000000000000"))
        for path, methods in paths.items()
        for method in methods
        if path.startswith(("/jobs", "/tasks")) and method != "get"
    ]
    assert len(operations) == 9
    assert {client.request(*operation).status_code for operation in operations} == {403}
