"""One router has the routes of background work, and starts and stops the work."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from shop import background
from shop.background.dependencies import NOT_STARTED
from shop.background.scheduling.models import SchedulerProcess
from shop.database import Database
from shop.settings import Settings
from shop.web import errors


@pytest.fixture
def other(settings: Settings, database: Database) -> FastAPI:
    """Make another application and set what the router needs."""
    other = FastAPI()
    errors.install(other)
    other.state.settings, other.state.database = settings, database
    other.state.registry, other.state.observe = {}, lambda *_end: None
    return other


def test_another_application_takes_it_in_by_one_line(other: FastAPI) -> None:
    other.include_router(background.router)

    with TestClient(other) as client:
        services = other.state.background
        assert (services.runner.running, services.scheduler.running) == (True, True)
        assert client.get("/jobs").json() == []
        assert client.get("/health/background").json() == {"status": "ok", "detail": ""}
    assert (services.runner.running, services.scheduler.running) == (False, False)


def test_the_lifespan_of_the_application_is_around_that_of_the_router(
    settings: Settings, database: Database
) -> None:
    """The lifespan of the application may set what the router needs."""
    seen: list[object] = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
        app.state.database, app.state.registry = database, {}
        yield
        seen.append(app.state.background)

    app = FastAPI(lifespan=lifespan)
    app.state.settings, app.state.observe = settings, lambda *_end: None
    app.include_router(background.router)
    with TestClient(app):
        assert app.state.background.runner.running

    assert seen == [None]


@pytest.mark.parametrize("path", ["/jobs", "/tasks/failed", "/health/background"])
def test_without_its_lifespan_it_answers_503_with_the_reason(other: FastAPI, path: str) -> None:
    """Such as in a mounted application, whose lifespan does not run."""
    other.include_router(background.router)

    answer = TestClient(other).get(path)

    assert (answer.status_code, answer.json()) == (503, {"detail": NOT_STARTED})


def test_a_second_start_does_nothing(other: FastAPI, database: Database) -> None:
    """Such as when it is included twice: both lifespans run."""
    other.include_router(background.router)
    other.include_router(background.router, prefix="/again")

    with TestClient(other) as client:
        assert client.get("/again/jobs").status_code == 200
        with database.snapshot() as session:
            started = session.scalars(select(SchedulerProcess)).all()
    assert len(started) == 1


def test_it_starts_again_after_it_was_stopped(other: FastAPI) -> None:
    other.include_router(background.router)
    for _ in range(2):
        with TestClient(other):
            assert other.state.background.runner.running
