"""How a SQLite database is copied, and what is left when that fails."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from shop.background import RunContext
from shop.database import Database
from shop.jobs._dump import dump
from shop.jobs.database_backup import JOB, backup
from shop.settings import Settings


def words(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return [word for (word,) in connection.execute("SELECT word FROM words")]


def test_the_copy_has_what_is_committed_while_another_transaction_writes(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "copy.sqlite3"
    with database.transaction() as session:
        session.execute(text("CREATE TABLE words (word TEXT)"))
        session.execute(text("INSERT INTO words VALUES ('committed')"))

    with database.transaction() as session:
        session.execute(text("INSERT INTO words VALUES ('not yet')"))
        dump(database, file, settings)

    assert words(file) == ["committed"]
    assert [left.name for left in tmp_path.glob("copy*")] == ["copy.sqlite3"]


def test_a_backup_that_fails_leaves_no_file(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "broken.db").write_text("this is not a database")
    broken = Database(f"sqlite:///{tmp_path}/broken.db")
    folder = tmp_path / "backups"
    configured = settings.model_copy(update={"backup_directory": str(folder)})
    due_at = datetime(2026, 3, 1, 3, 30, tzinfo=UTC)

    with pytest.raises(sqlite3.DatabaseError, match="not a database") as raised:
        backup(RunContext(uuid4(), JOB.name, 1, due_at, configured, broken))

    assert list(folder.iterdir()) == []
    assert JOB.may_retry(1, raised.value)
    broken.close()
