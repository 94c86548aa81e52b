"""What holds for the task `rebuild_index`; its file says the rest."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import ValidationError

from shop.background import RunContext
from shop.database import Database
from shop.main import create_app
from shop.process.discovery import find_work
from shop.settings import Settings
from shop.tasks.rebuild_index import (
    TASK,
    RebuildIndexPayload,
    rebuild_index,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)


VALID: dict[str, object] = {}


@pytest.fixture
def context(settings: Settings, database: Database) -> RunContext:
    """Make what a run is given."""
    return RunContext(UUID(int=7), TASK.name, 1, NOW, settings, database)


@pytest.fixture
def route(app: FastAPI) -> str:
    """Give the path of its endpoint."""
    return str(app.url_path_for("queue_rebuild_index"))


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


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValidationError) as raised:
        RebuildIndexPayload.model_validate({**VALID, "Unknown": 1})

    assert [error["loc"] for error in raised.value.errors()] == [("Unknown",)]


def test_it_does_its_work(context: RunContext) -> None:
    """ADD to it when the work is written: assert on what the call leaves behind."""
    given = RebuildIndexPayload.model_validate(VALID)

    asyncio.run(rebuild_index(given, context))
