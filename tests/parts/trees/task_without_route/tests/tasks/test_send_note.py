"""What holds for the task `send_note`; its file says the rest."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import EnumType
from typing import Annotated, Any, get_args
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from shop.background import Enqueue, RunContext
from shop.database import Database
from shop.main import create_app
from shop.process.discovery import find_work
from shop.settings import Settings
from shop.tasks.send_note import (
    TASK,
    SendNotePayload,
    send_note,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
FIELDS = SendNotePayload.model_fields


ANNOTATED: Any = Annotated  # with a type that is known when it runs


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


def fitting(field: FieldInfo) -> list[Any]:
    """Give the values that a field takes and gives back as they are."""
    adapter: TypeAdapter[Any] = TypeAdapter(ANNOTATED[field.annotation, field])
    found = []
    for value in candidates(field):
        with suppress(ValidationError):
            kept = adapter.dump_python(adapter.validate_python(value), mode="json")
            if type(kept) is type(value) and kept == value and value not in found:
                found.append(value)
    return found


FITTING = {name: fitting(field) for name, field in FIELDS.items()}
VALID = {name: values[0] for name, values in FITTING.items() if values}


@pytest.fixture
def context(settings: Settings, database: Database) -> RunContext:
    """Make what a run is given."""
    return RunContext(UUID(int=7), TASK.name, 1, NOW, settings, database)


@pytest.fixture
def payload() -> SendNotePayload:
    """Make what a run is given."""
    return SendNotePayload.model_validate(VALID)


def test_discovery_finds_it() -> None:
    assert find_work()[TASK.name] is TASK


def test_a_run_that_is_queued_in_a_transaction_succeeds(
    client: TestClient,
    database: Database,
    payload: SendNotePayload,
    wait_until: Callable[[Callable[[], object]], None],
) -> None:
    with database.transaction() as session:
        run_id = Enqueue.within(session)(TASK, payload).run_id

    wait_until(lambda: client.get(f"/tasks/{run_id}").json()["state"] == "succeeded")


def test_a_run_that_fails_is_tried_again_while_retries_are_left(
    settings: Settings,
    database: Database,
    payload: SendNotePayload,
    wait_until: Callable[[Callable[[], object]], None],
) -> None:
    attempts: list[int] = []

    def fail(_payload: object, context: RunContext) -> None:
        attempts.append(context.attempt)
        raise ConnectionError

    retries = min(TASK.retries, 3)
    failing = replace(TASK, function=fail, retries=retries, retry_delay=timedelta(0), final=())
    app = create_app(settings, {TASK.name: failing})
    with database.transaction() as session:
        location = f"/tasks/{Enqueue.within(session)(failing, payload).run_id}"
    with TestClient(app, client=("127.0.0.1", 50000)) as client:
        wait_until(lambda: client.get(location).json()["state"] == "failed")

    assert attempts == list(range(1, retries + 2))


@pytest.mark.parametrize("field", FIELDS)
def test_what_is_no_value_is_refused_by_name(field: str) -> None:
    with pytest.raises(ValidationError) as raised:
        SendNotePayload.model_validate({**VALID, field: {"no": "value"}})

    assert {error["loc"][:1] for error in raised.value.errors()} == {(field,)}


@pytest.mark.parametrize("field", FIELDS)
def test_what_must_be_given_is_named_and_the_rest_has_its_default(field: str) -> None:
    others = {name: VALID[name] for name in VALID if name != field}

    if FIELDS[field].is_required():
        with pytest.raises(ValidationError) as raised:
            SendNotePayload.model_validate(others)
        assert [error["loc"] for error in raised.value.errors()] == [(field,)]
    else:
        usual = FIELDS[field].get_default(call_default_factory=True)
        given = SendNotePayload.model_validate(others)
        assert getattr(given, field) == usual


@pytest.mark.parametrize("field", FIELDS)
def test_what_is_stored_of_a_payload_is_read_back(field: str) -> None:
    for value in FITTING[field]:
        sent = {**VALID, field: value}
        given = SendNotePayload.model_validate(sent)

        stored = TASK.dump(given)
        assert SendNotePayload.model_validate_json(stored) == given


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValidationError) as raised:
        SendNotePayload.model_validate({**VALID, "Unknown": 1})

    assert [error["loc"] for error in raised.value.errors()] == [("Unknown",)]


def test_it_does_its_work(context: RunContext) -> None:
    """ADD to it when the work is written: assert on what the call leaves behind."""
    given = SendNotePayload.model_validate(VALID)

    asyncio.run(send_note(given, context))
