"""The task `send_invoice`: its payload, rules and work."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import ValidationError
from sqlalchemy import select

from shop.background import RunContext
from shop.background.models import Run
from shop.database import Database
from shop.discovery import find_work
from shop.settings import Settings
from shop.tasks.send_invoice import (
    TASK,
    SendInvoicePayload,
    send_invoice,
)

ROUTE = "/send-invoice"
VALID: dict[str, object] = {
    "email": "ada@example.com",
    "copies": 1,
    "tags": ["example"],
    "note": "example",
}
LOGGED = f"{TASK.name}: got {', '.join(VALID)}"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def context(settings: Settings, database: Database) -> RunContext:
    """Make what a run is given."""
    return RunContext(UUID(int=7), TASK.name, 1, NOW, settings, database)


def problems(values: dict[str, object]) -> set[int | str]:
    """Give the names of the fields that do not fit."""
    with pytest.raises(ValidationError) as raised:
        SendInvoicePayload.model_validate(values)
    return {error["loc"][0] for error in raised.value.errors()}


def test_discovery_finds_it() -> None:
    assert find_work()[TASK.name] is TASK


def test_a_valid_payload_is_accepted_and_its_run_succeeds(
    client: TestClient, wait_until: Callable[[Callable[[], object]], None]
) -> None:
    response = client.post(ROUTE, json=VALID)

    assert response.status_code == 202
    location = response.headers["Location"]
    assert client.get(location).json()["name"] == TASK.name
    wait_until(lambda: client.get(location).json()["state"] == "succeeded")


def test_it_is_for_clients_only(app: FastAPI) -> None:
    with TestClient(app, client=("192.0.2.7", 50000)) as elsewhere:
        assert elsewhere.post(ROUTE, json=VALID).status_code == 401


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "ada"),
        ("copies", "many"),
        ("tags", "no list"),
        ("note", 5),
    ],
)
def test_a_bad_value_is_refused_by_name_and_nothing_is_queued(
    client: TestClient, database: Database, field: str, value: object
) -> None:
    response = client.post(ROUTE, json={**VALID, field: value})

    assert response.status_code == 422
    assert {tuple(error["loc"][:2]) for error in response.json()["detail"]} == {("body", field)}
    with database.snapshot() as session:
        assert session.scalars(select(Run).where(Run.name == TASK.name)).all() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("copies", 1),
        ("copies", 10),
        ("tags", ["x"]),
        ("tags", ["x" * 8]),
        ("tags", ["example"] * 3),
        ("note", None),
    ],
)
def test_a_value_that_just_fits_is_accepted(field: str, value: object) -> None:
    assert SendInvoicePayload.model_validate({**VALID, field: value})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", None),
        ("copies", 0),
        ("copies", 11),
        ("copies", None),
        ("tags", [5]),
        ("tags", [""]),
        ("tags", ["x" * 9]),
        ("tags", ["example"] * 4),
        ("tags", None),
    ],
)
def test_a_value_that_just_does_not_fit_is_refused_by_name(field: str, value: object) -> None:
    assert problems({**VALID, field: value}) == {field}


@pytest.mark.parametrize(
    "field",
    [
        "email",
    ],
)
def test_what_must_be_given_is_named_where_it_is_not(field: str) -> None:
    assert problems({name: VALID[name] for name in VALID if name != field}) == {field}


@pytest.mark.parametrize(
    ("field", "default"),
    [
        ("copies", 1),
        ("tags", []),
        ("note", None),
    ],
)
def test_what_is_left_out_has_its_default(field: str, default: object) -> None:
    others = {name: VALID[name] for name in VALID if name != field}

    left_out = SendInvoicePayload.model_validate(others)

    given = SendInvoicePayload.model_validate({**others, field: default})
    assert left_out.model_dump() == given.model_dump()


def test_an_unknown_field_is_refused() -> None:
    assert problems({**VALID, "Unknown": 1}) == {"Unknown"}


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("retries", 3),
        ("backoff", timedelta(seconds=5)),
        ("timeout", timedelta(seconds=30)),
        ("max_concurrency", 5),
        ("idempotent", False),
    ],
)
def test_it_is_run_by_this_rule(rule: str, value: object) -> None:
    assert getattr(TASK, rule) == value


def test_it_does_its_work(context: RunContext, caplog: pytest.LogCaptureFixture) -> None:
    """REPLACE with the work: call the task, then assert on what it leaves behind."""
    caplog.set_level(logging.INFO)
    given = SendInvoicePayload.model_validate(VALID)

    send_invoice(given, context)

    assert caplog.messages == [LOGGED]
