"""A backup replaces the whole database, or nothing changes."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text

from shop.background.scheduling.models import PausedJob
from shop.database import Database
from shop.database.restore import RestoreError, main, restore
from shop.database.schema import upgrade
from shop.jobs._dump import dump
from shop.settings import Settings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def own(settings: Settings, empty_database_url: str) -> Settings:
    """Give settings for a database that is the test's alone."""
    database = Database(empty_database_url)
    upgrade(database)
    database.close()
    return settings.model_copy(update={"database_url": empty_database_url})


def insert_row(settings: Settings, name: str) -> None:
    """Write a row."""
    database = Database(settings.database_url)
    with database.transaction() as session:
        session.add(PausedJob(name=name, paused_at=NOW))
    database.close()


def names(settings: Settings, schema: str = "public") -> set[str]:
    """Read the rows."""
    database = Database(settings.database_url)
    with database.snapshot() as session:
        session.execute(text(f"SET LOCAL search_path TO {schema}"))
        found = set(session.scalars(select(PausedJob.name)))
    database.close()
    return found


@pytest.fixture
def backup(own: Settings, tmp_path: Path) -> Path:
    """Make a backup; the database changes after it."""
    insert_row(own, "first")
    database = Database(own.database_url)
    dump(database, tmp_path / "backup.dump", own)
    database.close()
    insert_row(own, "second")
    return tmp_path / "backup.dump"


def test_a_backup_is_restored_and_what_was_there_is_kept(own: Settings, backup: Path) -> None:
    before = restore(own, backup)

    assert names(own) == {"first"}
    assert names(own, before) == {"first", "second"}


def test_nothing_is_restored_while_the_service_runs(own: Settings, backup: Path) -> None:
    service = Database(own.database_url)
    with service.snapshot() as session:
        session.execute(text("SELECT 1"))

    with pytest.raises(RestoreError, match="stop the service first"):
        restore(own, backup)

    service.close()
    assert names(own) == {"first", "second"}


def test_a_backup_that_ends_too_soon_changes_nothing(own: Settings, backup: Path) -> None:
    backup.write_bytes(backup.read_bytes()[:-50])

    with pytest.raises(RestoreError, match="pg_restore: "):
        restore(own, backup)

    assert names(own) == {"first", "second"}


def test_a_file_that_is_no_backup_of_this_service_is_not_restored(
    own: Settings, backup: Path
) -> None:
    pg_dump = ["--format=custom", "--table=fastforge_paused_jobs", f"--file={backup}"]
    url = own.database_url
    subprocess.run([own.pg_dump, *pg_dump, f"--dbname={url}"], check=True)  # noqa: S603

    with pytest.raises(RestoreError, match="it has no revision"):
        restore(own, backup)

    assert names(own) == {"first", "second"}


def test_without_a_server_it_says_so(own: Settings, backup: Path, no_database_url: str) -> None:
    with pytest.raises(RestoreError, match="connection"):
        restore(own.model_copy(update={"database_url": no_database_url}), backup)


def test_the_command_says_what_it_did(
    own: Settings,
    backup: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", own.database_url)
    monkeypatch.setenv("PG_DUMP", own.pg_dump)
    monkeypatch.setattr(sys, "argv", ["restore", str(backup)])

    assert main() is None
    assert capsys.readouterr().out.startswith("restored; what was there before is in the schema ")

    monkeypatch.setattr(sys, "argv", ["restore", "nowhere"])
    assert str(main()).startswith("not restored: ")

    monkeypatch.setattr(sys, "argv", ["restore"])
    assert str(main()).startswith("which file? ")
