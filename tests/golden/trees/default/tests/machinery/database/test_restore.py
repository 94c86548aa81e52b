"""A backup replaces the whole database, or nothing changes."""

import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from shop.background.scheduling.models import PausedJob
from shop.database import Database
from shop.database.migrating import write_copy
from shop.database.restore import RestoreError, main, restore

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def insert_row(url: str, name: str) -> None:
    """Write a row."""
    database = Database(url)
    with database.transaction() as session:
        session.add(PausedJob(name=name, paused_at=NOW))
    database.close()


def names(url: str) -> set[str]:
    """Read the rows."""
    database = Database(url)
    with database.snapshot() as session:
        found = set(session.scalars(select(PausedJob.name)))
    database.close()
    return found


@pytest.fixture
def backup(database_url: str, tmp_path: Path) -> Path:
    """Make a backup; the database changes after it."""
    insert_row(database_url, "first")
    write_copy(Path(database_url.removeprefix("sqlite:///")), tmp_path / "backup.sqlite3")
    insert_row(database_url, "second")
    return tmp_path / "backup.sqlite3"


def test_a_backup_is_restored_and_what_was_there_is_kept(database_url: str, backup: Path) -> None:
    before = restore(database_url, backup)

    assert names(database_url) == {"first"}
    assert names(f"sqlite:///{before}") == {"first", "second"}


def test_what_lies_beside_the_old_file_does_not_get_into_the_new_one(
    database_url: str, backup: Path, tmp_path: Path
) -> None:
    """As after a power cut: the log of the last transactions is still there."""
    file = Path(database_url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(file, isolation_level=None)) as cut_off:
        cut_off.execute("INSERT INTO fastforge_paused_jobs VALUES ('third', '2026-03-01 12:00:00')")
        log = Path(f"{file}-wal").read_bytes()
        main_part = file.read_bytes()
    file.write_bytes(main_part)
    Path(f"{file}-wal").write_bytes(log)

    before = restore(database_url, backup)

    assert names(database_url) == {"first"}
    assert names(f"sqlite:///{before}") == {"first", "second", "third"}
    assert tmp_path == file.parent


@pytest.mark.parametrize("whole", [0, 10_000], ids=["no database", "half of one"])
def test_a_damaged_database_is_restored_and_kept_as_it_is(
    database_url: str, backup: Path, whole: int
) -> None:
    file = Path(database_url.removeprefix("sqlite:///"))
    damaged = file.read_bytes()[:whole] + b"x" * 5000
    file.write_bytes(damaged)

    before = restore(database_url, backup)

    assert names(database_url) == {"first"}
    assert before.read_bytes() == damaged


def test_a_full_disk_is_not_taken_for_a_damaged_database(
    database_url: str, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_source: object, _copy: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("shop.database.restore.copy_to", fail)
    with pytest.raises(RestoreError, match="disk is full"):
        restore(database_url, backup)
    assert names(database_url) == {"first", "second"}


def test_a_database_is_not_restored_from_itself(database_url: str, backup: Path) -> None:
    """SQLite would wait for ever for the lock of the other connection."""
    file = Path(database_url.removeprefix("sqlite:///"))
    other_name = backup.with_name("other.db")
    other_name.symlink_to(file)
    for same in (file, other_name):
        with pytest.raises(RestoreError, match="is the database itself"):
            restore(database_url, same)
    assert names(database_url) == {"first", "second"}


def test_a_database_that_was_lost_is_restored(database_url: str, backup: Path) -> None:
    Path(database_url.removeprefix("sqlite:///")).unlink()

    restore(database_url, backup)

    assert names(database_url) == {"first"}


def test_nothing_is_restored_while_the_service_runs(
    app: FastAPI, database_url: str, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "shop.database.restore.IN_USE_SECONDS",
        0.1,
    )
    with TestClient(app) as client:
        with pytest.raises(RestoreError, match="stop the service first"):
            restore(database_url, backup)
        assert client.get("/health/ready").status_code == 200

    assert names(database_url) == {"first", "second"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "there is no file"),
        (b"no database, but long enough to be one" * 100, "file is not a database"),
        (b"", "it has no revision"),
    ],
)
def test_what_is_no_backup_is_not_restored(
    database_url: str, backup: Path, content: bytes | None, reason: str
) -> None:
    backup.unlink()
    if content is not None:
        backup.write_bytes(content)

    with pytest.raises(RestoreError, match=reason):
        restore(database_url, backup)

    assert names(database_url) == {"first", "second"}


def test_a_damaged_backup_is_not_restored(database_url: str, backup: Path) -> None:
    with closing(sqlite3.connect(backup, isolation_level=None)) as spoiler:
        spoiler.execute("PRAGMA writable_schema = ON")
        table = "name = 'fastforge_paused_jobs'"
        spoiler.execute(f"UPDATE sqlite_master SET rootpage = 2 WHERE {table}")  # noqa: S608

    with pytest.raises(RestoreError, match="is damaged"):
        restore(database_url, backup)


def test_the_command_says_what_it_did(
    database_url: str,
    backup: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setattr(sys, "argv", ["restore", str(backup)])

    assert main() is None
    assert capsys.readouterr().out.startswith("restored; what was there before is in ")

    monkeypatch.setattr(sys, "argv", ["restore", "nowhere"])
    assert main() == "not restored: there is no file nowhere"

    monkeypatch.setattr(sys, "argv", ["restore"])
    assert str(main()).startswith("which file? ")
