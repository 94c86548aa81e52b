"""What holds for the task `rank`; its file says the rest."""

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
from pydantic import SecretStr, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python
from sqlalchemy import select

from shop.background import Enqueue, RunContext
from shop.background.models import Run
from shop.database import Database
from shop.main import create_app
from shop.process.discovery import find_work
from shop.settings import Settings
from shop.tasks.rank import (
    DELAY,
    TASK,
    RankPayload,
    rank,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
KEY = {"X-Ops-Key": "a-key-for-this-test"}
FIELDS = RankPayload.model_fields


ANNOTATED: Any = Annotated  # with a type that is known when it runs


KNOWN: dict[str, list[Any]] = {
    "score": [
        1,
        2,
        3,
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
def settings(settings: Settings) -> Settings:
    """Set the key of operators."""
    return settings.model_copy(update={"ops_api_key": SecretStr(KEY["X-Ops-Key"])})


@pytest.fixture
def client(client: TestClient) -> TestClient:
    """Send the key of operators."""
    client.headers.update(KEY)
    return client


@pytest.fixture
def context(settings: Settings, database: Database) -> RunContext:
    """Make what a run is given."""
    return RunContext(UUID(int=7), TASK.name, 1, NOW, settings, database)


@pytest.fixture
def route(app: FastAPI) -> str:
    """Give the path of its endpoint."""
    return str(app.url_path_for("queue_rank"))


@pytest.fixture
def payload() -> RankPayload:
    """Make what a run is given."""
    return RankPayload.model_validate(VALID)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the endpoint queue without a delay."""
    monkeypatch.setattr("shop.tasks.rank.DELAY", timedelta(0))


def test_discovery_finds_it() -> None:
    assert find_work()[TASK.name] is TASK


@pytest.mark.usefixtures("at_once")
def test_a_valid_payload_is_accepted_and_its_run_succeeds(
    client: TestClient, route: str, wait_until: Callable[[Callable[[], object]], None]
) -> None:
    response = client.post(route, json=VALID)

    assert response.status_code == 202, response.text
    location = response.headers["Location"]
    assert client.get(location).json()["name"] == TASK.name
    wait_until(lambda: client.get(location).json()["state"] == "succeeded")


def test_a_run_starts_after_the_delay(client: TestClient, route: str) -> None:
    response = client.post(route, json=VALID)

    assert response.status_code == 202
    assert response.json()["state"] == "scheduled"
    due = datetime.fromisoformat(client.get(response.headers["Location"]).json()["due_at"])
    assert timedelta(0) < DELAY - (due - datetime.now(UTC)) < timedelta(minutes=1)


def test_it_is_for_operators_only(client: TestClient, route: str) -> None:
    assert client.post(route, json=VALID, headers={"X-Ops-Key": "another"}).status_code == 401


def test_a_run_of_a_lower_priority_starts_after_it(
    settings: Settings,
    database: Database,
    payload: RankPayload,
    wait_until: Callable[[Callable[[], object]], None],
) -> None:
    started: list[UUID] = []

    def note(_payload: RankPayload, context: RunContext) -> None:
        started.append(context.run_id)

    with database.transaction() as session:
        enqueue = Enqueue.within(session)
        lower = enqueue(TASK, payload, priority=TASK.priority - 1).run_id
        usual = enqueue(TASK, payload).run_id
    alone = settings.model_copy(update={"runner_threads": 1})
    noting = replace(TASK, function=note, rate_limit=None)
    with TestClient(create_app(alone, {TASK.name: noting})):
        wait_until(lambda: len(started) == 2)

    assert started == [usual, lower]


def test_a_run_more_than_its_rate_limit_waits(
    settings: Settings,
    database: Database,
    payload: RankPayload,
    wait_until: Callable[[Callable[[], object]], None],
) -> None:
    assert TASK.rate is not None
    slow = replace(TASK, rate_limit="1/day")
    with database.transaction() as session:
        enqueue = Enqueue.within(session)
        runs = [enqueue(TASK, payload).run_id for _ in range(2)]

    with TestClient(create_app(settings, {TASK.name: slow})) as client:

        def states() -> list[str]:
            return sorted(client.get(f"/tasks/{run_id}").json()["state"] for run_id in runs)

        wait_until(lambda: "succeeded" in states())
        assert states() == ["queued", "succeeded"]


@pytest.mark.usefixtures("at_once")
def test_a_run_that_fails_is_tried_again_while_retries_are_left(
    settings: Settings, route: str, wait_until: Callable[[Callable[[], object]], None]
) -> None:
    attempts: list[int] = []

    def fail(_payload: object, context: RunContext) -> None:
        attempts.append(context.attempt)
        raise ConnectionError

    retries = min(TASK.retries, 3)
    failing = replace(
        TASK, function=fail, retries=retries, retry_delay=timedelta(0), final=(), rate_limit=None
    )
    app = create_app(settings, {TASK.name: failing})
    with TestClient(app, headers=KEY) as client:
        location = client.post(route, json=VALID).headers["Location"]
        wait_until(lambda: client.get(location).json()["state"] == "failed")

    assert attempts == list(range(1, retries + 2))


@pytest.mark.parametrize("field", FIELDS)
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
            RankPayload.model_validate(others)
        assert [error["loc"] for error in raised.value.errors()] == [(field,)]
    else:
        usual = FIELDS[field].get_default(call_default_factory=True)
        given = RankPayload.model_validate(others)
        assert getattr(given, field) == usual


@pytest.mark.parametrize("field", FIELDS)
def test_what_is_stored_of_a_payload_is_read_back(field: str) -> None:
    for value in FITTING[field]:
        sent = {**VALID, field: value}
        given = RankPayload.model_validate(sent)

        stored = TASK.dump(given)
        assert RankPayload.model_validate_json(stored) == given


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValidationError) as raised:
        RankPayload.model_validate({**VALID, "Unknown": 1})

    assert [error["loc"] for error in raised.value.errors()] == [("Unknown",)]


def test_it_does_its_work(context: RunContext) -> None:
    """ADD to it when the work is written: assert on what the call leaves behind."""
    given = RankPayload.model_validate(VALID)

    rank(given, context)
