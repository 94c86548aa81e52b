"""`GET /workers`: which processes run work, on which machine, and what they run now."""

import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from threading import Event

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel, SecretStr

from shop.background import Task, ledger
from shop.background.beats import RunnerProcess
from shop.database import Database
from shop.process.version import VERSION
from shop.settings import Settings

KEY = {"X-Ops-Key": "secret"}


class Nothing(BaseModel):
    pass


@pytest.fixture
def gate() -> Event:
    return Event()


@pytest.fixture
def app(app: FastAPI, settings: Settings, gate: Event) -> FastAPI:
    """Let it run a task that waits for `gate`, in one thread of three."""
    settings.ops_api_key = SecretStr("secret")
    settings.runner_threads = 3
    wait = Task(name="wait", payload=Nothing, function=lambda _payload, _context: gate.wait(60))
    app.state.registry = {"wait": wait}
    return app


def test_each_worker_shows_where_it_is_and_what_it_runs(
    app: FastAPI,
    client: TestClient,
    database: Database,
    gate: Event,
    wait_until: Callable[[Callable[[], object]], None],
) -> None:
    """S13: after that, nothing."""
    with database.transaction() as session:
        ledger.add(session, app.state.registry["wait"], datetime.now(UTC), payload="{}")

    def runs() -> list[dict[str, str]]:
        (worker,) = client.get("/workers", headers=KEY).json() or [{"runs": []}]
        found: list[dict[str, str]] = worker["runs"]
        return found

    wait_until(runs)
    (worker,) = client.get("/workers", headers=KEY).json()
    (run,) = worker.pop("runs")
    assert (run["kind"], run["name"], run["state"]) == ("task", "wait", "running")
    assert worker.pop("started_at") <= worker.pop("seen_at")
    assert worker == {
        "id": app.state.background.runner.owner,
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "engine": "inprocess",
        "version": VERSION,
        "threads": 3,
        "silent": False,
    }
    gate.set()
    wait_until(lambda: not runs())


def test_a_worker_whose_last_heartbeat_is_older_than_a_lease_is_silent(
    client: TestClient, settings: Settings, database: Database
) -> None:
    before = datetime.now(UTC) - timedelta(seconds=settings.lease_seconds + 1)
    row = {"id": "gone", "beats": 1, "host": "far", "pid": 1}
    with database.transaction() as session:
        session.add(RunnerProcess(**row, started_at=before, seen_at=before))
    found = {worker["id"]: worker for worker in client.get("/workers", headers=KEY).json()}
    assert found["gone"]["silent"]
    assert (found["gone"]["engine"], found["gone"]["threads"]) == ("", 0)


def test_only_an_operator_sees_them(client: TestClient) -> None:
    assert client.get("/workers").status_code == HTTPStatus.UNAUTHORIZED
