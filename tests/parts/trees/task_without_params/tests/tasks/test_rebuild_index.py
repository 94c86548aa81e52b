"""The task `rebuild_index`: its payload, rules and work."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import ValidationError

from shop.background import RunContext
from shop.database import Database
from shop.discovery import find_work
from shop.settings import Settings
from shop.tasks.rebuild_index import (
    TASK,
    RebuildIndexPayload,
    rebuild_index,
)

ROUTE = "/rebuild-index"
VALID: dict[str, object] = {}
LOGGED = f"{TASK.name}: got nothing"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def context(settings: Settings, database: Database) -> RunContext:
    """Make what a run is given."""
    return RunContext(UUID(int=7), TASK.name, 1, NOW, settings, database)


def problems(values: dict[str, object]) -> set[int | str]:
    """Give the names of the fields that do not fit."""
    with pytest.raises(ValidationError) as raised:
        RebuildIndexPayload.model_validate(values)
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


def test_an_unknown_field_is_refused() -> None:
    assert problems({**VALID, "Unknown": 1}) == {"Unknown"}


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("retries", 3),
        ("backoff", timedelta(seconds=5)),
        ("timeout", timedelta(seconds=30)),
        ("max_concurrency", 5),
        ("idempotent", True),
    ],
)
def test_it_is_run_by_this_rule(rule: str, value: object) -> None:
    assert getattr(TASK, rule) == value


def test_it_does_its_work(context: RunContext, caplog: pytest.LogCaptureFixture) -> None:
    """REPLACE with the work: call the task, then assert on what it leaves behind."""
    caplog.set_level(logging.INFO)
    given = RebuildIndexPayload.model_validate(VALID)

    asyncio.run(rebuild_index(given, context))

    assert caplog.messages == [LOGGED]
