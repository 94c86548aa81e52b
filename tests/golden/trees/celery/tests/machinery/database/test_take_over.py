"""All rows of a SQLite database are copied."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy import Column, Engine, ForeignKey, Integer, MetaData, Table, insert, select, text

from shop.background.models import Run, State
from shop.database import Base, Database
from shop.database import take_over as module
from shop.database.schema import upgrade
from shop.database.take_over import CopyError, copy_rows, main
from shop.process.discovery import metadata

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def old(tmp_path: Path, database: Database) -> Iterator[Engine]:
    """Make a SQLite database with a run, at the revision of the other one."""
    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path / 'old.db'}")
    with database.snapshot() as session:
        versions = session.scalars(text("SELECT version_num FROM alembic_version")).all()
    with engine.begin() as connection:
        metadata().create_all(connection)
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        for version in versions:
            connection.execute(text(f"INSERT INTO alembic_version VALUES ('{version}')"))  # noqa: S608
        moments = dict.fromkeys(("created_at", "due_at", "available_at"), NOON)
        values = {"kind": "task", "name": "a", "state": State.FAILED, "attempt": 1}
        connection.execute(insert(Run), values | moments)
    yield engine
    engine.dispose()


@pytest.fixture
def file(old: Engine) -> Path:
    """Name its file."""
    return Path(str(old.url.database))


def test_every_row_is_taken_over(database: Database, file: Path) -> None:
    counts = copy_rows(database, file)

    assert counts == dict.fromkeys(metadata().tables, 0) | {"fastforge_runs": 1}
    with database.snapshot() as session:
        run = session.scalars(select(Run)).one()
    assert (run.name, run.state, run.due_at) == ("a", State.FAILED, NOON)


def test_rows_that_refer_to_others_of_their_table_are_taken_over(
    database: Database, old: Engine, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = MetaData()
    for table in metadata().sorted_tables:
        table.to_metadata(every)
    above = Column[int | None]("above", ForeignKey("branches.id"))
    branches = Table("branches", every, Column("id", Integer, primary_key=True), above)
    monkeypatch.setattr(module, "metadata", lambda: every)
    rows: list[dict[str, int | None]] = [
        {"id": 1, "above": 2},
        {"id": 2, "above": None},
        {"id": 3, "above": 1},
    ]
    with old.begin() as connection:
        branches.create(connection)
        connection.execute(branches.insert(), rows)
    try:
        branches.create(database.engine)

        assert copy_rows(database, file)["branches"] == 3

        with database.snapshot() as session:
            found = session.execute(select(branches).order_by(branches.c.id)).mappings().all()
        assert [dict(row) for row in found] == rows
    finally:
        branches.drop(database.engine)


def test_rows_are_not_mixed_with_those_that_are_there(database: Database, file: Path) -> None:
    copy_rows(database, file)

    with pytest.raises(CopyError, match="fastforge_runs has rows already"):
        copy_rows(database, file)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("CREATE TABLE more (a)", "no model has the tables more"),
        ("DELETE FROM alembic_version", "migrate both first"),
        ("UPDATE fastforge_runs SET name = NULL", "name"),
    ],
)
def test_what_does_not_fit_is_refused_as_a_whole(
    database: Database, old: Engine, file: Path, change: str, reason: str
) -> None:
    with old.begin() as connection:
        connection.execute(text("PRAGMA writable_schema = ON"))
        nullable = "UPDATE sqlite_master SET sql = replace(sql, 'NOT NULL', '')"
        connection.execute(text(f"{nullable} WHERE type = 'table'"))
    old.dispose()
    with old.begin() as connection:
        connection.execute(text(change))

    with pytest.raises(CopyError, match=reason):
        copy_rows(database, file)

    with database.snapshot() as session:
        assert session.scalars(select(Run)).all() == []


def test_numbers_go_on_after_the_last_one(
    empty_database_url: str, old: Engine, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(empty_database_url)
    upgrade(database)
    own = MetaData()
    table = Table("counted", own, Column("id", Integer, primary_key=True))
    monkeypatch.setattr(module, "metadata", lambda: own)
    for engine in (old, database.engine):
        with engine.begin() as connection:
            Base.metadata.drop_all(connection)
            own.create_all(connection)
    with old.begin() as connection:
        connection.execute(table.insert(), [{"id": 1}, {"id": 7}])

    assert copy_rows(database, file) == {"counted": 2}

    with database.engine.begin() as connection:
        assert connection.execute(table.insert()).inserted_primary_key == (8,)
    database.close()


def test_the_command_says_what_it_did(
    database_url: str,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setattr(sys, "argv", ["take_over", str(file)])

    assert main() is None
    assert "fastforge_runs 1" in capsys.readouterr().out

    monkeypatch.setattr(sys, "argv", ["take_over", "nowhere"])
    assert main() == "nothing was taken over: there is no file nowhere"

    monkeypatch.setattr(sys, "argv", ["take_over"])
    assert str(main()).startswith("which file? ")
