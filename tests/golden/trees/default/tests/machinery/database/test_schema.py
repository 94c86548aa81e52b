"""Migrations run once, with any number of processes that start together (S16)."""

import threading
from argparse import Namespace
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from fastapi.testclient import TestClient
from sqlalchemy import CheckConstraint, event, inspect

from shop.background.scheduling.models import PausedJob
from shop.database import Base, Database, migrating
from shop.database.schema import (
    SchemaError,
    alembic_config,
    is_current,
    open_database,
    prepare,
    upgrade,
)
from shop.main import create_app
from shop.process.discovery import metadata
from shop.process.starting import StartError
from shop.settings import Settings

TOGETHER = 4
THE_FIX = "the database schema is not up to date: run `uv run alembic upgrade heads`"


@pytest.fixture
def url(empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Set the URL of a database without tables, also in the environment, for Alembic."""
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
        connection.exec_driver_sql("DROP TABLE fastforge_paused_jobs")
    with pytest.raises(Exception, match="fastforge_paused_jobs"):
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


def test_a_new_database_is_migrated_when_it_is_opened_and_closed_at_the_end(url: str) -> None:
    with open_database(url, migrate=True) as database:
        assert is_current(database)
    assert "Connections in pool: 0" in database.engine.pool.status()


def test_a_database_that_cannot_be_reached_is_a_start_error(no_database_url: str) -> None:
    opening = open_database(no_database_url, migrate=True)

    with pytest.raises(StartError, match="the database cannot be used: "):
        opening.__enter__()


def test_the_metadata_is_that_of_the_models() -> None:
    assert metadata() is Base.metadata
    assert "fastforge_runs" in metadata().tables


def test_a_check_without_a_migration_is_noticed(url: str) -> None:
    command.upgrade(alembic_config(), "heads")
    table, check = metadata().tables[PausedJob.__tablename__], CheckConstraint("true", name="said")
    table.append_constraint(check)
    try:
        with pytest.raises(CommandError, match="ck_fastforge_paused_jobs_said"):
            command.check(alembic_config())
    finally:
        table.constraints.remove(check)
    assert url == Settings().database_url


def test_the_statements_of_a_migration_need_no_database(
    no_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", no_database_url)
    config = alembic_config()
    config.output_buffer = written = StringIO()

    command.upgrade(config, "0001", sql=True)  # a later one may have to look at the tables

    assert written.getvalue().index("BEGIN;") < written.getvalue().index("CREATE TABLE runs")
    assert "COMMIT;" in written.getvalue()
    assert written.getvalue().startswith("PRAGMA foreign_keys = OFF;")


def test_models_are_not_compared_with_a_database_that_is_behind(url: str) -> None:
    assert url == Settings().database_url
    config = alembic_config()
    config.cmd_opts = Namespace(autogenerate=True)

    with pytest.raises(CommandError, match=r"^the database is not migrated: run `uv run alembic"):
        command.revision(config, autogenerate=True)


@pytest.fixture
def two_heads(tmp_path: Path) -> Config:
    """Make a project in which two people have added a revision each."""
    config = alembic_config()
    places = (config.get_alembic_option("script_location"), tmp_path)
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", f"{places[0]}/versions\n{tmp_path}")
    for name in ("one", "two"):
        names = f"revision, down_revision = {name!r}, '0001'\n"
        (tmp_path / f"{name}.py").write_text(f"{names}def upgrade(): pass\n")
    return config


def test_of_two_newest_revisions_it_is_said_what_to_do(url: str, two_heads: Config) -> None:
    assert url == Settings().database_url
    command.upgrade(two_heads, "heads")
    two_heads.cmd_opts = Namespace(autogenerate=True, head="head")

    with pytest.raises(CommandError, match=r"one and two .* `uv run alembic merge heads` first"):
        command.revision(two_heads, autogenerate=True)


def test_a_table_that_is_used_no_more_is_dropped_only_when_it_is_empty(empty: Database) -> None:
    """It may have schedules that this version does not run."""
    with migrating.for_migrations(empty.engine).begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        insert = "INSERT INTO apscheduler_runtime_jobs (id, job_state) VALUES ('nightly', '')"
        connection.exec_driver_sql(insert)

    with pytest.raises(SchemaError, match="apscheduler_runtime_jobs has rows, which this version"):
        upgrade(empty)

    assert "apscheduler_runtime_jobs" in tables(empty)
    with empty.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM apscheduler_runtime_jobs")
    upgrade(empty)
    assert "apscheduler_runtime_jobs" not in tables(empty)
