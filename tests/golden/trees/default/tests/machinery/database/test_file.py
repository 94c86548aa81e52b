"""The database file is deleted or replaced while it is open: the service notices."""

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError

from shop.background.scheduling.models import PausedJob
from shop.database import Database
from shop.database import file as database_file
from shop.database.migrating import write_copy

GONE, REPLACED = "the database file is gone", "the database file was replaced"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def file(database: Database) -> Path:
    """Return the file of a database in use."""
    insert_row(database, "first")
    return Path(database.url.removeprefix("sqlite:///"))


@pytest.fixture
def other(migrated_file: Path, tmp_path: Path) -> Path:
    """Return a file with another row, which will replace the file in use."""
    other = Path(shutil.copy(migrated_file, tmp_path / "other.db"))
    database = Database(f"sqlite:///{other}")
    insert_row(database, "other")
    database.close()
    return other


def insert_row(database: Database, name: str) -> None:
    """Write a row."""
    with database.transaction() as session:
        session.add(PausedJob(name=name, paused_at=NOW))


def names(file: Path) -> list[str]:
    """Read the rows as another program does."""
    with closing(sqlite3.connect(file)) as reader:
        assert reader.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        names = reader.execute("SELECT name FROM fastforge_paused_jobs ORDER BY name")
        return [name for (name,) in names]


def test_nothing_is_written_to_a_file_that_is_gone(database: Database, file: Path) -> None:
    """T12."""
    aside = file.rename(file.with_name("aside.db"))
    for _ in range(2):
        with pytest.raises(OperationalError, match=GONE):
            insert_row(database, "lost")
    with pytest.raises(OperationalError, match=GONE), database.snapshot() as session:
        session.get(PausedJob, "first")
    assert not file.exists()

    aside.rename(file)
    insert_row(database, "second")

    database.close()
    assert names(file) == ["first", "second"]


def test_no_new_file_is_made_where_one_was(database: Database, file: Path) -> None:
    database.close()
    file.unlink()

    with pytest.raises(OperationalError, match=GONE):
        insert_row(database, "lost")

    assert not file.exists()


def test_nothing_is_written_to_a_file_that_was_emptied(database: Database, file: Path) -> None:
    """T12: the next program to open it would delete the log and the rows in it."""
    whole = file.read_bytes()
    for content in (b"", whole):  # even if it is filled again, the open connections have old pages
        file.write_bytes(content)
        with pytest.raises(OperationalError, match="was emptied"):
            insert_row(database, "lost")


def test_another_file_may_be_empty_at_first(
    database: Database, file: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as one that `cp` is writing after `rm`."""
    file.unlink()
    for content in (b"", other.read_bytes()):
        file.write_bytes(content)
        with pytest.raises(OperationalError, match=REPLACED):
            insert_row(database, "lost")
    monkeypatch.setattr(database_file, "COMPLETE_AFTER_SECONDS", 0)
    with pytest.raises(OperationalError, match=REPLACED):
        insert_row(database, "lost")
    insert_row(database, "second")

    database.close()
    assert names(file) == ["other", "second"]


def test_a_file_that_goes_in_a_transaction_takes_nothing_with_it_in_silence(
    database: Database, file: Path
) -> None:
    """T12."""

    def write_while_it_goes() -> None:
        with database.transaction() as session:
            session.add(PausedJob(name="lost", paused_at=NOW))
            session.flush()
            file.unlink()

    with pytest.raises(OperationalError, match=GONE):
        write_while_it_goes()


def test_a_file_that_replaced_another_is_used_once_it_is_complete(
    database: Database, file: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T12: and the log of the old file is not written into it."""
    with database.engine.connect() as connection:
        connection.connection.cursor().execute("PRAGMA wal_autocheckpoint = 0")
        with connection.begin():
            connection.exec_driver_sql("CREATE TABLE old (a)")
    other.replace(file)

    with pytest.raises(OperationalError, match=REPLACED):
        insert_row(database, "lost")
    monkeypatch.setattr(database_file, "COMPLETE_AFTER_SECONDS", 0)
    with pytest.raises(OperationalError, match=REPLACED):
        insert_row(database, "lost")  # by a connection to the old file
    insert_row(database, "second")

    database.close()
    assert names(file) == ["other", "second"]
    assert file.with_name("test.db-wal.replaced").exists()


def test_a_service_that_stops_leaves_nothing_beside_the_new_file(
    database: Database, file: Path, other: Path
) -> None:
    """T12: the next start would apply the old log to the new file."""
    other.replace(file)

    database.close()

    assert names(file) == ["other"]
    assert file.with_name("test.db-wal.replaced").exists()


def test_a_file_that_is_still_being_written_is_not_used(
    database: Database, file: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = iter(range(0, 100, 2))
    monkeypatch.setattr(database_file, "monotonic", lambda: float(next(moment)))
    other.replace(file)
    for size in range(4):
        with file.open("ab") as growing:
            growing.write(b"x" * size)
        with pytest.raises(OperationalError, match=REPLACED):
            insert_row(database, "lost")


def test_two_processes_see_the_same_new_file(
    database: Database, file: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_file, "COMPLETE_AFTER_SECONDS", 0)
    second = Database(database.url)
    insert_row(second, "both")
    other.replace(file)
    for each in (database, second):
        with pytest.raises(OperationalError, match=REPLACED):
            insert_row(each, "lost")

    insert_row(database, "of one")
    insert_row(second, "of two")
    second.close()
    insert_row(database, "of one again")

    database.close()
    assert names(file) == ["of one", "of one again", "of two", "other"]


def test_a_service_whose_file_goes_says_so_and_is_well_when_it_comes_back(
    app: FastAPI, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """T12."""
    with TestClient(app) as client:
        aside = file.rename(file.with_name("aside.db"))
        for path in ("/jobs", "/jobs", "/tasks/failed"):
            refused = client.get(path)
            assert (refused.status_code, refused.json()) == (503, {"detail": GONE})
        ready = client.get("/health/ready")
        assert (ready.status_code, ready.json()["detail"]) == (503, GONE)
        assert len([r for r in caplog.records if r.levelname == "ERROR"]) == 1
        aside.rename(file)
        assert client.get("/jobs").status_code == 200
        assert client.get("/health/ready").status_code == 200


def test_a_copy_is_a_whole_database(database: Database, file: Path, tmp_path: Path) -> None:
    insert_row(database, "second")
    write_copy(file, tmp_path / "copy.db")
    assert names(tmp_path / "copy.db") == ["first", "second"]
