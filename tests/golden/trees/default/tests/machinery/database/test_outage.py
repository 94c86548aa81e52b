"""An outage of the database is a 503 with the reason; a wrong statement is a 500."""

import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from shop.background.scheduling.models import PausedJob
from shop.database import (
    Base,
    Database,
    SessionDep,
)
from shop.database.outage import UNUSABLE, explain
from shop.database.schema import upgrade
from shop.settings import Settings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def own(settings: Settings, own_database_url: str) -> Iterator[Database]:
    """Open a database of this test only, which it may break."""
    database = Database(own_database_url)
    settings.database_url = own_database_url
    yield database
    database.close()


@pytest.fixture
def app(app: FastAPI, settings: Settings, own: Database) -> FastAPI:
    """Give the application a route that writes, and routes that fail."""
    assert settings.database_url == own.url
    settings.runner = settings.scheduler = False

    @app.post("/-/rows")
    def write(session: SessionDep) -> None:
        session.merge(PausedJob(name="a", paused_at=NOW))

    @app.post("/-/fail")
    def fail() -> None:
        raise app.state.error

    @app.post("/-/mistake")
    def misspell(session: SessionDep, statement: str) -> None:
        session.execute(text(statement))

    return app


def refused(client: TestClient, reason: str) -> None:
    """Assert that requests are refused with the reason, and that the service is not ready."""
    response = client.post("/-/rows")
    assert (response.status_code, response.json()) == (503, {"detail": reason})
    assert response.headers["Retry-After"] == "5"
    ready = client.get("/health/ready")
    assert (ready.status_code, ready.json()["detail"]) == (503, reason)


def test_an_emptied_database_is_said_once_and_works_again_when_it_is_migrated(
    client: TestClient, own: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """T12."""
    assert client.post("/-/rows").status_code == 200
    with own.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE fastforge_paused_jobs")
        connection.exec_driver_sql("DROP TABLE alembic_version")

    for _ in range(5):
        refused(client, "the database is not migrated")

    [logged] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert logged.getMessage().startswith("the database is not migrated: ")
    assert not logged.exc_info
    with own.engine.begin() as connection:
        Base.metadata.drop_all(connection)
    upgrade(own)
    assert client.post("/-/rows").status_code == 200
    assert client.get("/health/ready").status_code == 200


@pytest.mark.parametrize(
    "statement", ["SELECT missing FROM fastforge_paused_jobs", "SELECT * FROM nowhere"]
)
def test_a_mistake_in_a_statement_is_no_outage(
    client: TestClient, statement: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(DBAPIError):
        client.post("/-/mistake", params={"statement": statement})

    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize(
    "error", [OperationalError("SELECT 1", {}, OSError("gone")), PoolTimeoutError()]
)
def test_a_lost_database_is_an_answer_that_says_when_to_come_back(
    app: FastAPI, client: TestClient, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    app.state.error = error

    response = client.post("/-/fail")

    assert (response.status_code, response.json()) == (503, {"detail": UNUSABLE})
    assert response.headers["Retry-After"] == "5"
    [logged] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert logged.getMessage().startswith(f"{UNUSABLE}: ")


def raised(kind: type[DBAPIError], code: int | None, message: str = "because") -> DBAPIError:
    """Make an error as the driver does."""
    cause = getattr(sqlite3, kind.__name__)(message)
    if code is not None:
        cause.sqlite_errorcode = code
    return kind("SELECT 1", {}, cause)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (raised(OperationalError, sqlite3.SQLITE_BUSY), UNUSABLE),
        (raised(OperationalError, sqlite3.SQLITE_FULL), UNUSABLE),
        (raised(OperationalError, sqlite3.SQLITE_IOERR_WRITE), UNUSABLE),
        (raised(DatabaseError, sqlite3.SQLITE_CORRUPT), UNUSABLE),
        (raised(OperationalError, sqlite3.SQLITE_READONLY), "the database is read-only"),
        (raised(OperationalError, sqlite3.SQLITE_ERROR), ""),
        (raised(DatabaseError, None), ""),
    ],
)
def test_what_sqlite_says_tells_an_outage_from_a_mistake(
    own: Database, error: DBAPIError, reason: str
) -> None:
    assert explain(error, own) == reason


def test_a_place_that_cannot_be_written_is_not_ready(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T12."""
    places: list[Path] = []

    def refuse_folders(place: Path, mode: int) -> bool:
        places.append(place)
        return mode == os.W_OK and place.is_file()

    monkeypatch.setattr(os, "access", refuse_folders)

    assert client.get("/health/ready").json()["detail"] == "the database is read-only"
    assert {place.suffix for place in places} == {".db", ""}
