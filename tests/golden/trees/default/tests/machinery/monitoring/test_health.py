"""The three health checks."""

import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel

from shop.background import RunContext, Task, ledger
from shop.background.clock import WallClock
from shop.background.dependencies import (
    get_runner,
    get_scheduler,
)
from shop.background.liveness import stalled
from shop.background.overdue import Overdue
from shop.database import Database, get_database
from shop.settings import Settings


class Nothing(BaseModel):
    """A payload."""


def ignore(_payload: Nothing, _context: RunContext) -> None:
    """Be the function of a task."""


@dataclass(frozen=True)
class Watched:
    """A runner or scheduler, as the health check sees it."""

    running: bool
    last_pass: float
    overdue: Overdue = field(default_factory=Overdue)
    wall_clock: WallClock = field(default_factory=WallClock)


def well() -> Watched:
    """Make a part that did a pass within the last minute."""
    return Watched(running=True, last_pass=monotonic() - 50)


def stuck() -> Watched:
    """Make a part that did no pass for more than a minute."""
    return Watched(running=True, last_pass=monotonic() - 61)


def test_every_question_is_answered_with_ok_when_all_is_well(client: TestClient) -> None:
    for question in ("live", "ready", "background"):
        response = client.get(f"/health/{question}")
        assert response.status_code == 200
        assert response.json() == {"status": "ok", "detail": ""}


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("no_database_url", "the database cannot be reached"),
        ("empty_database_url", "the database is not migrated"),
    ],
)
def test_without_its_database_the_service_is_live_but_not_ready(
    app: FastAPI, client: TestClient, request: pytest.FixtureRequest, url: str, problem: str
) -> None:
    database = Database(request.getfixturevalue(url))
    app.dependency_overrides[get_database] = lambda: database
    response = client.get("/health/ready")
    database.close()
    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "detail": problem}
    assert client.get("/health/live").status_code == 200


def test_a_stall_shows_in_background_but_leaves_the_service_ready(
    app: FastAPI, client: TestClient
) -> None:
    """Proves S15."""
    app.dependency_overrides |= {get_runner: stuck, get_scheduler: well}
    response = client.get("/health/background")
    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "detail": "stalled: runner"}
    assert client.get("/health/ready").status_code == 200


def test_each_part_that_stalls_is_named() -> None:
    assert stalled({"runner": well(), "scheduler": stuck()}) == "stalled: scheduler"
    assert stalled({"runner": stuck(), "scheduler": stuck()}) == "stalled: runner, scheduler"


def test_a_part_that_does_not_run_here_cannot_stall() -> None:
    off = Watched(running=False, last_pass=0)
    assert not stalled({"runner": off, "scheduler": off})


def test_what_nobody_gets_to_is_named(app: FastAPI, client: TestClient) -> None:
    """Proves S22: it shows what the last beat of this process found."""
    found = Overdue(queued=Counter(report=3, mail=1), held=Counter(report=2))
    app.dependency_overrides |= {get_runner: lambda: replace(well(), overdue=found)}

    response = client.get("/health/background")

    assert response.status_code == 503
    assert response.json()["detail"] == (
        "queued for too long: mail 1, report 3; slots held past their timeout: report 2"
    )
    assert client.get("/health/ready").status_code == 200


def test_where_no_runner_is_the_ledger_tells_what_waits_for_too_long(
    app: FastAPI, settings: Settings
) -> None:
    """Proves S22: there may be no runner at all."""
    settings.runner = False
    task = Task(name="mail", payload=Nothing, function=ignore)
    with TestClient(app) as client:
        assert client.get("/health/background").status_code == 200
        with app.state.database.transaction() as session:
            ledger.add(session, task, datetime.now(UTC) - timedelta(seconds=70))

        response = client.get("/health/background")

    assert response.status_code == 503
    assert response.json()["detail"] == "queued for too long: mail 1"


def test_where_no_runner_is_a_lost_database_shows_too(
    app: FastAPI, settings: Settings, no_database_url: str
) -> None:
    settings.runner = False
    database = Database(no_database_url)
    app.dependency_overrides[get_database] = lambda: database
    with TestClient(app) as client:
        response = client.get("/health/background")
    database.close()
    assert response.status_code == 503
    assert response.json()["detail"] == "the database cannot be reached"


def test_a_step_of_the_clock_is_told_but_nothing_is_wrong(
    app: FastAPI, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves S17."""
    watched, wall = well(), time.time
    monkeypatch.setattr(time, "time", lambda: wall() - 3600)
    app.dependency_overrides |= {get_runner: lambda: watched}

    response = client.get("/health/background")

    assert response.status_code == 200
    assert response.json()["detail"].startswith("the clock was set back by 3600 s, now 20")
