"""The schema comes from migrations, once, however many processes start together (S16)."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from fastapi.testclient import TestClient
from sqlalchemy import event, inspect

from shop.database import Base, Database
from shop.main import create_app
from shop.schema import (
    SchemaError,
    alembic_config,
    is_current,
    metadata,
    prepare,
    upgrade,
)
from shop.settings import Settings

TOGETHER = 4
THE_FIX = "the database schema is not up to date: run `uv run alembic upgrade heads`"


@pytest.fixture
def url(empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Name a database without tables, in the environment too, where Alembic looks."""
    monkeypatch.setenv("DATABASE_URL", empty_database_url)
    return empty_database_url


@pytest.fixture
def empty(url: str) -> Iterator[Database]:
    """Open the database without tables."""
    database = Database(url)
    yield database
    database.close()


def tables(database: Database) -> set[str]:
    """Name the tables."""
    with database.engine.connect() as connection:
        return set(inspect(connection).get_table_names())


def test_the_migrations_make_what_the_models_say(url: str) -> None:
    assert url == Settings().database_url
    command.upgrade(alembic_config(), "heads")
    command.check(alembic_config())


def test_a_table_without_a_migration_is_noticed(empty: Database) -> None:
    upgrade(empty)
    with empty.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE paused_jobs")
    with pytest.raises(Exception, match="paused_jobs"):
        command.check(alembic_config())


def test_upgrade_makes_every_table_and_downgrade_drops_it(empty: Database) -> None:
    upgrade(empty)
    assert tables(empty) == {*metadata().tables, "alembic_version"}
    command.downgrade(alembic_config(), "base")
    assert tables(empty) == {"alembic_version"}


def test_workers_that_start_together_migrate_once(url: str) -> None:
    """Proves S16."""
    together = threading.Barrier(TOGETHER)
    created: list[str] = []

    def start() -> bool:
        database = Database(url)
        event.listen(database.engine, "before_cursor_execute", note_creation)
        together.wait()
        upgrade(database)
        current = is_current(database)
        database.close()
        return current

    def note_creation(*event: object) -> None:
        created.extend(str(part) for part in event if "CREATE TABLE runs" in str(part))

    with ThreadPoolExecutor(TOGETHER) as pool:
        starts = [pool.submit(start) for _ in range(TOGETHER)]
        assert all(started.result() for started in starts)
    assert len(created) == 1


def test_upgrading_again_changes_nothing(empty: Database) -> None:
    upgrade(empty)
    before = tables(empty)
    upgrade(empty)
    assert tables(empty) == before


def test_a_start_migrates_where_it_may(empty: Database) -> None:
    assert not is_current(empty)
    prepare(empty, migrate=True)
    assert is_current(empty)
    prepare(empty, migrate=False)


def test_a_start_that_may_not_migrate_says_what_to_run(url: str, empty: Database) -> None:
    app = create_app(Settings(database_url=url, auto_migrate=False))
    with pytest.raises(SchemaError) as refused, TestClient(app):
        pytest.fail("it started")
    assert str(refused.value) == THE_FIX
    assert not tables(empty)


def test_the_metadata_is_that_of_the_models() -> None:
    assert metadata() is Base.metadata
    assert "runs" in metadata().tables
