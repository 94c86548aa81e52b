"""An outage of the database is a 503 with the reason; a wrong statement is a 500."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from psycopg.errors import IdleInTransactionSessionTimeout
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InternalError, NotSupportedError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from shop.background.scheduling.models import PausedJob
from shop.database import (
    Base,
    Database,
    ReadSessionDep,
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


def test_a_server_that_lets_nobody_write_is_not_ready_and_well_when_it_does(
    app: FastAPI, client: TestClient, own: Database
) -> None:
    """T12: such as a standby server."""
    change = f'ALTER DATABASE "{own.engine.url.database}"'
    with own.engine.begin() as connection:
        connection.exec_driver_sql(f"{change} SET default_transaction_read_only = on")
    app.state.database.engine.dispose()

    refused(client, "the database is read-only")

    with own.engine.begin() as connection:
        connection.exec_driver_sql(f"{change} RESET default_transaction_read_only")
    app.state.database.engine.dispose()
    assert client.post("/-/rows").status_code == 200
    assert client.get("/health/ready").status_code == 200


def test_a_standby_that_refuses_to_begin_is_asked_whether_it_is_one(own: Database) -> None:
    refused = NotSupportedError("BEGIN", {}, OSError("cannot set transaction read-write mode"))
    assert not explain(refused, own)
    with own.engine.begin() as connection:
        connection.exec_driver_sql("SET SESSION default_transaction_read_only = on")
    assert explain(refused, own) == "the database is read-only"


def test_a_process_that_was_cut_off_may_come_back(own: Database) -> None:
    stalled = InternalError("SELECT 1", {}, IdleInTransactionSessionTimeout("too slow"))
    assert explain(stalled, own) == UNUSABLE


def test_a_route_that_writes_where_it_may_only_read_is_a_mistake(
    app: FastAPI, client: TestClient
) -> None:
    @app.post("/-/wrong")
    def write(session: ReadSessionDep) -> None:
        session.execute(text("DELETE FROM fastforge_paused_jobs"))

    with pytest.raises(InternalError, match="read-only"):
        client.post("/-/wrong")
