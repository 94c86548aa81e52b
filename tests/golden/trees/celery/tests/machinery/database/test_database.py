"""Transactions, snapshots, datetimes, and the sessions of routes."""

from datetime import UTC, datetime, timedelta, timezone

import psycopg
import pytest
from fastapi import BackgroundTasks, FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError, InternalError, StatementError

from shop.background.models import Run, State
from shop.background.scheduling.models import PausedJob
from shop.database import (
    CONNECTIONS,
    Database,
    DatabaseDep,
    ReadSessionDep,
    SessionDep,
    taken,
)
from shop.settings import Settings
from shop.web.errors import ConflictError

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def insert_row(database: Database, name: str) -> None:
    """Write a row."""
    with database.transaction() as session:
        session.add(PausedJob(name=name, paused_at=NOON))


def exists(database: Database, name: str) -> bool:
    """Tell whether the row is committed."""
    with database.snapshot() as session:
        return session.get(PausedJob, name) is not None


def test_a_moment_comes_back_in_utc(database: Database) -> None:
    in_berlin = NOON.astimezone(timezone(timedelta(hours=1)))
    with database.transaction() as session:
        session.add(PausedJob(name="a", paused_at=in_berlin))
    with database.snapshot() as session:
        read = session.get_one(PausedJob, "a").paused_at
    assert (read, read.utcoffset()) == (NOON, NOON.utcoffset())


def test_a_naive_moment_is_refused(database: Database) -> None:
    naive = NOON.replace(tzinfo=None)
    with (
        pytest.raises(StatementError, match="naive datetime: 2026-03-01T12:00:00"),
        database.transaction() as session,
    ):
        session.add(PausedJob(name="a", paused_at=naive))


def test_a_transaction_is_committed_at_its_end_and_its_objects_stay_readable(
    database: Database,
) -> None:
    row = PausedJob(name="a", paused_at=NOON)
    with database.transaction() as session:
        session.add(row)
    assert exists(database, "a")
    assert row.name == "a"


def test_a_transaction_that_raises_leaves_nothing(database: Database) -> None:
    def write_and_fail() -> None:
        with database.transaction() as session:
            session.add(PausedJob(name="a", paused_at=NOON))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    assert not exists(database, "a")


def test_a_snapshot_waits_for_no_writer(database: Database) -> None:
    insert_row(database, "before")
    with database.transaction() as session:
        session.add(PausedJob(name="a", paused_at=NOON))
        session.flush()
        assert exists(database, "before")
        assert not exists(database, "a")


def test_nothing_can_be_written_in_a_snapshot(database: Database) -> None:
    with database.snapshot() as session, pytest.raises(InternalError, match="read-only"):
        session.execute(insert(PausedJob).values(name="a", paused_at=NOON))


def test_a_snapshot_shows_one_state_of_the_database(database: Database) -> None:
    with database.snapshot() as session:
        assert session.get(PausedJob, "a") is None
        insert_row(database, "a")
        assert session.get(PausedJob, "a") is None
    assert exists(database, "a")


def test_a_closed_database_keeps_no_connection(database: Database) -> None:
    exists(database, "a")
    database.close()
    assert "Connections in pool: 0" in database.engine.pool.status()
    assert f"Pool size: {CONNECTIONS}" in database.engine.pool.status()


def test_a_database_that_is_closed_can_be_used_again(database: Database) -> None:
    database.close()
    assert exists(database, "a") is exists(database, "a") is False


def test_a_broken_connection_that_comes_back_after_the_end_is_no_error(database: Database) -> None:
    late = database.engine.connect()
    database.close()
    late.invalidate()
    late.close()


def test_a_route_has_committed_before_its_background_tasks_start(
    app: FastAPI, client: TestClient
) -> None:
    """Proves T5: code that runs after the response sees the commit of the request."""
    seen: list[bool] = []

    @app.post("/-/put")
    def write(session: SessionDep, database: DatabaseDep, background: BackgroundTasks) -> None:
        session.add(PausedJob(name="a", paused_at=NOON))
        background.add_task(lambda: seen.append(exists(database, "a")))

    assert client.post("/-/put").status_code == 200
    assert seen == [True]


def test_a_route_that_refuses_leaves_nothing(
    app: FastAPI, client: TestClient, database: Database
) -> None:
    @app.post("/-/refuse")
    def refuse(session: SessionDep, reader: ReadSessionDep) -> None:
        session.add(PausedJob(name="a", paused_at=NOON))
        session.flush()
        raise ConflictError(f"others see it: {reader.get(PausedJob, 'a') is not None}")

    assert client.post("/-/refuse").json() == {"detail": "others see it: False"}
    assert not exists(database, "a")


def test_a_connection_that_comes_back_after_the_end_is_closed(settings: Settings) -> None:
    database = Database(settings.database_url)
    late = database.engine.connect()
    driver = late.connection.driver_connection
    assert driver is not None

    database.close()
    late.close()

    with pytest.raises(psycopg.OperationalError, match="closed"):
        driver.execute("SELECT 1")


@pytest.mark.parametrize(
    ("changes", "columns"), [({}, ["unique_key"]), ({"name": None, "unique_key": "other"}, [])]
)
def test_a_value_that_is_taken_is_told_from_one_that_is_missing(
    database: Database, changes: dict[str, object], columns: list[str]
) -> None:
    values = {"kind": "task", "name": "a", "state": State.QUEUED, "unique_key": "same"}
    moments = dict.fromkeys(("created_at", "due_at", "available_at"), NOON)
    with database.transaction() as session:
        session.add(Run(**values, **moments))

    def add() -> None:
        with database.transaction() as session:
            session.add(Run(**(values | moments | changes)))

    with pytest.raises(IntegrityError) as refused:
        add()

    assert taken(refused.value) == columns
