"""Three questions and their answers."""

from dataclasses import dataclass
from time import monotonic

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from shop.background.dependencies import get_runner
from shop.database import Database, get_database
from shop.health import Part, stalled
from shop.scheduling.dependencies import get_scheduler


@dataclass(frozen=True)
class Watched:
    """A part as health sees it."""

    running: bool
    last_pass: float


def well() -> Part:
    """Make a part that looked at the ledger within the last minute."""
    return Watched(running=True, last_pass=monotonic() - 50)


def stuck() -> Part:
    """Make one that runs, but did not for more than a minute."""
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
    assert stalled(well(), stuck()) == "stalled: scheduler"
    assert stalled(stuck(), stuck()) == "stalled: runner, scheduler"


def test_a_part_that_does_not_run_here_cannot_stall() -> None:
    off = Watched(running=False, last_pass=0)
    assert not stalled(off, off)
