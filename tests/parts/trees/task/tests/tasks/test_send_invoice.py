"""What holds for the task `send_invoice`; its file says the rest."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import EnumType
from typing import Annotated, Any, get_args
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python
from sqlalchemy import select

from shop.background import RunContext
from shop.background.models import Run
from shop.database import Database
from shop.main import create_app
from shop.process.discovery import find_work
from shop.settings import Settings
from shop.tasks.send_invoice import (
    TASK,
    SendInvoicePayload,
    _sendable,
    send_invoice,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
FIELDS = SendInvoicePayload.model_fields
ANY_JSON = ["details"]
"""Fields that take an object too."""
MADE = ["code"]
"""Fields whose default is another one each time."""


ANNOTATED: Any = Annotated  # with a type that is known when it runs


KNOWN: dict[str, list[Any]] = {
    "copies": [
        1,
        2,
        3,
    ],
    "tags": [
        ["a"],
        ["b"],
        ["c"],
    ],
}
"""Values that fields took when this was made, tried first."""


def said(part: Any) -> Iterator[Any]:  # noqa: ANN401
    """Give all that an annotation says: types, bounds, and the values that it lists."""
    yield part
    if isinstance(part, EnumType):
        members: list[Any] = list(part)
        yield from (member.value for member in members)
    for inner in (*get_args(part), *getattr(part, "metadata", ())):
        yield from said(inner)


def candidates(field: FieldInfo) -> Iterator[Any]:
    """Give values as JSON has them: its own examples, one of each usual type, and its bounds."""
    names = ("ge", "gt", "le", "lt", "min_length", "max_length")
    parts = list(said(ANNOTATED[field.annotation, field]))
    given = [getattr(part, name) for part in parts for name in names if hasattr(part, name)]
    bounds = sorted(Decimal(str(n)) for n in given if isinstance(n, int | float | Decimal))
    around = [bound + step for bound in bounds for step in (0, 1, -1, Decimal("0.5"))]
    middle = sum(bounds, Decimal(0)) / (len(bounds) or 1)
    numbers = list(dict.fromkeys([*map(Decimal, (1, 2, 3, 0)), middle, *around]))
    values: list[Any] = [part for part in parts if isinstance(part, str | int)]
    for n in (1, 2, 3):
        values += [f"example {n}", f"ada{n}@example.com", f"https://example.com/{n}", n + 0.5]
        values += [f"2026-03-0{n}T09:30:00Z", f"2026-03-0{n}", f"{n:08}-0000-4000-8000-{n:012}"]
        values += [f"0{n}:30:00", f"P{n}D"]
    values += [True, False, *("x" * int(n) for n in numbers if 0 <= n <= 9999)]
    values += [kind(n) for n in numbers for kind in (int, float)]
    values += [str(n + Decimal("0.50")) for n in numbers] + [str(n) for n in numbers]
    values += [to_jsonable_python(bound) for bound in given]
    yield from (*(field.examples or ()), *values)
    sizes = dict.fromkeys(int(n) for n in numbers if 0 <= n <= 99)
    yield from (*([value] * n for n in sizes for value in values), {"a": [1, None]}, None)


def fitting(name: str, field: FieldInfo) -> list[Any]:
    """Give the values that a field takes and gives back as they are."""
    adapter: TypeAdapter[Any] = TypeAdapter(ANNOTATED[field.annotation, field])
    found = []
    for value in (*KNOWN.get(name, ()), *candidates(field)):
        with suppress(ValidationError):
            kept = adapter.dump_python(adapter.validate_python(value), mode="json")
            if type(kept) is type(value) and kept == value and value not in found:
                found.append(value)
    return found


FITTING = {name: fitting(name, field) for name, field in FIELDS.items()}
VALID = {name: values[0] for name, values in FITTING.items() if values}


@pytest.fixture
def context(settings: Settings, database: Database) -> RunContext:
    """Make what a run is given."""
    return RunContext(UUID(int=7), TASK.name, 1, NOW, settings, database)


@pytest.fixture
def route(app: FastAPI) -> str:
    """Give the path of its endpoint."""
    return str(app.url_path_for("queue_send_invoice"))


def test_discovery_finds_it() -> None:
    assert find_work()[TASK.name] is TASK


def test_a_valid_payload_is_accepted_and_its_run_succeeds(
    client: TestClient, route: str, wait_until: Callable[[Callable[[], object]], None]
) -> None:
    response = client.post(route, json=VALID)

    assert response.status_code == 202, response.text
    location = response.headers["Location"]
    assert client.get(location).json()["name"] == TASK.name
    wait_until(lambda: client.get(location).json()["state"] == "succeeded")


def test_it_is_for_clients_only(app: FastAPI, route: str) -> None:
    with TestClient(app, client=("192.0.2.7", 50000)) as elsewhere:
        assert elsewhere.post(route, json=VALID).status_code == 401


def test_a_run_that_fails_is_tried_again_while_retries_are_left(
    settings: Settings, route: str, wait_until: Callable[[Callable[[], object]], None]
) -> None:
    attempts: list[int] = []

    def fail(_payload: object, context: RunContext) -> None:
        attempts.append(context.attempt)
        raise ConnectionError

    retries = min(TASK.retries, 3)
    failing = replace(TASK, function=fail, retries=retries, retry_delay=timedelta(0), final=())
    app = create_app(settings, {TASK.name: failing})
    with TestClient(app, client=("127.0.0.1", 50000)) as client:
        location = client.post(route, json=VALID).headers["Location"]
        wait_until(lambda: client.get(location).json()["state"] == "failed")

    assert attempts == list(range(1, retries + 2))


@pytest.mark.parametrize("field", [name for name in FIELDS if name not in ANY_JSON])
def test_what_is_no_value_is_refused_by_name_and_nothing_is_queued(
    client: TestClient, route: str, database: Database, field: str
) -> None:
    response = client.post(route, json={**VALID, field: {"no": "value"}})

    assert response.status_code == 422
    assert {tuple(error["loc"][:2]) for error in response.json()["detail"]} == {("body", field)}
    with database.snapshot() as session:
        assert session.scalars(select(Run).where(Run.name == TASK.name)).all() == []


@pytest.mark.parametrize("field", FIELDS)
def test_what_must_be_given_is_named_and_the_rest_has_its_default(field: str) -> None:
    others = {name: VALID[name] for name in VALID if name != field}

    if FIELDS[field].is_required():
        with pytest.raises(ValidationError) as raised:
            SendInvoicePayload.model_validate(others)
        assert [error["loc"] for error in raised.value.errors()] == [(field,)]
    else:
        usual = FIELDS[field].get_default(call_default_factory=True)
        given = SendInvoicePayload.model_validate(others)
        value = getattr(given, field)
        assert value == usual or (field in MADE and type(value) is type(usual))


@pytest.mark.parametrize("field", FIELDS)
def test_what_is_stored_of_a_payload_is_read_back(field: str) -> None:
    for value in FITTING[field]:
        sent = {**VALID, field: value}
        given = SendInvoicePayload.model_validate(sent)

        stored = TASK.dump(given)
        assert SendInvoicePayload.model_validate_json(stored) == given


def test_null_is_no_json_value_here() -> None:
    with pytest.raises(ValueError, match=r"^null is no value here$"):
        _sendable(None)


@pytest.mark.parametrize("field", ANY_JSON)
def test_json_that_cannot_be_stored_is_refused(field: str) -> None:
    deep: object = "the deepest"
    for _ in range(254):
        deep = [deep]
    for value in (deep, float("nan")):
        with pytest.raises(ValidationError):
            SendInvoicePayload.model_validate({**VALID, field: value})


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValidationError) as raised:
        SendInvoicePayload.model_validate({**VALID, "Unknown": 1})

    assert [error["loc"] for error in raised.value.errors()] == [("Unknown",)]


def test_it_does_its_work(context: RunContext) -> None:
    """ADD to it when the work is written: assert on what the call leaves behind."""
    given = SendInvoicePayload.model_validate(VALID)

    send_invoice(given, context)
