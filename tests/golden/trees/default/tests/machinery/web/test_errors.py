"""Exceptions that become HTTP responses."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from starlette.types import Message

from shop.database.references import MissingRowError
from shop.process.starting import StartError
from shop.web.errors import (
    ConflictError,
    NotFoundError,
    ServiceError,
    UnavailableError,
    UnprocessableError,
    install,
)


def failing(error: Exception) -> TestClient:
    """Return a client of a route that raises `error`."""
    app = FastAPI()
    install(app)

    @app.get("/")
    def fail() -> None:
        raise error

    return TestClient(app)


def answer_to(error: ServiceError) -> tuple[int, object, str | None]:
    """Give status, body and Retry-After of a route that raises `error`."""
    response = failing(error).get("/")
    return response.status_code, response.json(), response.headers.get("Retry-After")


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (ServiceError, 400),
        (NotFoundError, 404),
        (ConflictError, 409),
        (UnavailableError, 503),
    ],
)
def test_each_error_has_a_status_and_says_why(kind: type[ServiceError], status: int) -> None:
    assert answer_to(kind("because")) == (status, {"detail": "because"}, None)


def test_what_cannot_be_processed_is_named_like_any_wrong_input() -> None:
    shown = [{"type": "unprocessable", "loc": ["header", "x-name"], "msg": "because"}]

    answer = answer_to(UnprocessableError("because", "header", "x-name"))

    assert answer == (422, {"detail": shown}, None)


def test_an_error_may_say_when_to_come_back() -> None:
    error = UnavailableError("busy", retry_after=0)
    assert answer_to(error) == (503, {"detail": "busy"}, "0")


def test_an_error_reads_as_its_reason() -> None:
    assert str(ServiceError("because")) == "because"


@pytest.mark.parametrize(
    ("method", "path", "statuses"),
    [
        ("get", "/health/live", {"200"}),
        ("get", "/health/ready", {"200", "503"}),
        ("get", "/jobs", {"200", "401", "503"}),
        ("post", "/jobs/{name}/run", {"202", "401", "403", "404", "422", "503"}),
        ("get", "/tasks/{run_id}", {"200", "401", "404", "422", "503"}),
        ("post", "/tasks/{run_id}/retry", {"202", "401", "403", "404", "409", "422", "503"}),
    ],
)
def test_the_document_says_how_a_route_may_refuse(
    app: FastAPI, method: str, path: str, statuses: set[str]
) -> None:
    operation = app.openapi()["paths"][path][method]

    assert set(operation["responses"]) == statuses


def test_the_document_says_what_a_refusal_looks_like(app: FastAPI) -> None:
    refused = app.openapi()["paths"]["/jobs"]["get"]["responses"]["401"]

    schema = refused["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/Problem"}


def test_wrong_input_is_named_and_not_shown(client: TestClient) -> None:
    response = client.get("/tasks/secret-instead-of-an-id")

    (problem,) = response.json()["detail"]
    assert (response.status_code, problem["loc"]) == (422, ["path", "run_id"])
    assert "secret" not in response.text


def test_a_row_that_another_request_has_deleted_meanwhile_is_a_conflict() -> None:
    assert failing(StaleDataError("0 were matched")).get("/").status_code == 409


def test_a_value_that_refers_to_nothing_is_named_like_any_wrong_input() -> None:
    response = failing(MissingRowError("link_id")).get("/")

    assert response.status_code == 422
    [problem] = response.json()["detail"]
    assert (problem["loc"], problem["msg"]) == (["body", "link_id"], "refers to nothing")


def test_what_cannot_be_deleted_because_others_refer_to_it_is_a_conflict() -> None:
    cause = Exception("FOREIGN KEY constraint failed")

    response = failing(IntegrityError("DELETE FROM links", {}, cause)).get("/")

    assert response.status_code == 409
    with pytest.raises(IntegrityError):  # a mistake of ours
        failing(IntegrityError("INSERT INTO links", {}, cause)).get("/")


def test_input_that_utf8_cannot_write_is_refused_like_any_other() -> None:
    app = FastAPI()
    install(app)

    @app.post("/")
    def count(numbers: dict[str, int]) -> int:
        return len(numbers)

    body, kind = b'{"\\ud800": "\\ud800"}', {"Content-Type": "application/json"}
    response = TestClient(app).post("/", content=body, headers=kind)

    assert response.status_code == 422
    assert response.json()["detail"][0]["type"] == "string_unicode"


def said_at_start(error: Exception) -> str:
    """Return the message of a failed start."""
    sent: list[Message] = []

    @asynccontextmanager
    async def fail(_app: FastAPI) -> AsyncGenerator[None]:
        raise error
        yield

    async def receive() -> Message:
        return {"type": "lifespan.startup"}

    async def send(message: Message) -> None:
        sent.append(message)

    app = FastAPI(lifespan=fail)
    install(app)
    with pytest.raises(type(error)):
        asyncio.run(app({"type": "lifespan", "state": {}}, receive, send))
    [failed] = sent
    assert failed["type"] == "lifespan.startup.failed"
    return str(failed["message"])


def test_why_the_service_cannot_start_is_said_in_one_line() -> None:
    assert said_at_start(StartError("no database\nat all")) == "no database at all"


def test_any_other_failure_of_a_start_is_shown_with_its_traceback() -> None:
    assert said_at_start(ValueError("boom")).startswith("Traceback")
