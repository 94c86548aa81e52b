"""Migrations on SQLite, which rebuilds a table to change it: rows of other tables stay."""

import sqlite3
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from fastapi.testclient import TestClient
from sqlalchemy import text

from shop.database import Database, schema
from shop.database.migrating import (
    KEPT_COPIES,
    for_migrations,
    keep_copy,
)
from shop.main import create_app
from shop.process.starting import StartError
from shop.settings import Settings

REVISION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = {revision!r}, {before!r}


def longer(table, length):
    with op.batch_alter_table(table) as changed:
        changed.alter_column("name", type_=sa.String(length))


def upgrade():
    {upgrade}


def downgrade():
    {downgrade}
"""
TABLES = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, name VARCHAR(10));
CREATE TABLE orders (customer_id INTEGER REFERENCES customers (id) ON DELETE CASCADE);
CREATE TABLE visits (customer_id INTEGER REFERENCES customers (id) ON DELETE SET NULL);
CREATE TABLE bills (customer_id INTEGER REFERENCES customers (id));
CREATE TABLE folders (id INTEGER PRIMARY KEY, name VARCHAR(10), folder_id INTEGER,
    CONSTRAINT inside FOREIGN KEY (folder_id) REFERENCES folders (id) ON DELETE CASCADE);
INSERT INTO customers VALUES (1, 'Ada');
INSERT INTO orders VALUES (1), (1);
INSERT INTO visits VALUES (1);
INSERT INTO bills VALUES (1);
INSERT INTO folders VALUES (1, 'a', NULL), (2, 'b', 1);
"""
LONGER = "longer('customers', 20), longer('folders', 20)"
SHORTER = "longer('customers', 10), longer('folders', 10)"
DELETES = "op.execute('DELETE FROM customers')"

Write = Callable[..., None]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Write the only revisions of the project; the first one makes tables with rows."""
    folder = tmp_path / "versions"
    folder.mkdir()
    config = schema.alembic_config

    def with_these() -> Config:
        changed = config()
        changed.set_main_option("path_separator", "os")
        changed.set_main_option("version_locations", str(folder))
        return changed

    def write(revision: str, before: str | None, upgrade: str, downgrade: str = "pass") -> None:
        names = {"revision": revision, "before": before}
        written = REVISION.format(**names, upgrade=upgrade, downgrade=downgrade)
        (folder / f"{revision}.py").write_text(written)
        schema._newest_revisions.cache_clear()

    monkeypatch.setattr(schema, "alembic_config", with_these)
    lines = [line for line in TABLES.replace("\n   ", "").splitlines() if line]
    write("first", None, f"[op.execute(line) for line in {lines}]")
    yield write
    schema._newest_revisions.cache_clear()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Name the file of the database."""
    return tmp_path / "shop.db"


@pytest.fixture
def shop(file: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Open a database at the first revision."""
    assert write is not None
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{file}")
    database = Database(f"sqlite:///{file}")
    schema.upgrade(database)
    yield database
    database.close()


def rows(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Read every table that refers to another."""
    with database.snapshot() as session:
        return {
            table: [tuple(row) for row in session.execute(text(f"SELECT * FROM {table}"))]  # noqa: S608
            for table in ("orders", "visits", "bills", "folders")
        }


ALL = {
    "orders": [(1,), (1,)],
    "visits": [(1,)],
    "bills": [(1,)],
    "folders": [(1, "a", None), (2, "b", 1)],
}


def column(database: Database) -> str | None:
    """Return the type of the column that a revision makes longer."""
    with database.snapshot() as session:
        made = session.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'customers'"))
    return "VARCHAR(20)" if "VARCHAR(20)" in str(made) else "VARCHAR(10)"


def start(database: Database) -> None:
    """Migrate as a start of the service does."""
    schema.upgrade(database)


def run_alembic(_database: Database) -> None:
    """Migrate as `alembic upgrade heads` does."""
    command.upgrade(schema.alembic_config(), "heads")


@pytest.mark.parametrize("migrate", [start, run_alembic])
def test_a_table_made_anew_takes_no_row_of_another_with_it(
    shop: Database, write: Write, migrate: Callable[[Database], None]
) -> None:
    write("second", "first", LONGER, SHORTER)

    migrate(shop)

    assert (column(shop), rows(shop)) == ("VARCHAR(20)", ALL)

    command.downgrade(schema.alembic_config(), "first")

    assert (column(shop), rows(shop)) == ("VARCHAR(10)", ALL)


def test_processes_that_start_together_lose_nothing(
    shop: Database, file: Path, write: Write
) -> None:
    write("second", "first", LONGER)
    others = [Database(shop.url) for _ in range(3)]

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(schema.upgrade, others))

    assert (column(shop), rows(shop)) == ("VARCHAR(20)", ALL)
    assert len(list(file.parent.glob("*.bak"))) == 1
    for other in others:
        other.close()


@pytest.mark.parametrize("migrate", [start, run_alembic])
def test_a_migration_that_leaves_rows_referring_to_nothing_changes_nothing(
    shop: Database, write: Write, migrate: Callable[[Database], None]
) -> None:
    write("second", "first", LONGER)
    write("third", "second", DELETES)

    with pytest.raises((CommandError, schema.SchemaError)) as refused:
        migrate(shop)

    for dangling in ("2 of orders", "1 of visits", "1 of bills"):
        assert f"{dangling} (to customers)" in str(refused.value)
    assert (column(shop), rows(shop)) == ("VARCHAR(10)", ALL)
    assert not schema.is_current(shop)


def test_a_start_is_refused_in_one_line_that_says_why(shop: Database, write: Write) -> None:
    write("second", "first", DELETES)
    app = create_app(Settings(database_url=shop.url))

    with pytest.raises(schema.SchemaError, match="rows would refer to nothing: "), TestClient(app):
        pytest.fail("it started")


def test_what_referred_to_nothing_before_is_no_reason_to_refuse(
    shop: Database, file: Path, write: Write
) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as console:
        console.execute("INSERT INTO orders VALUES (7)")
    write("second", "first", LONGER)

    schema.upgrade(shop)

    assert schema.is_current(shop)
    assert rows(shop)["orders"] == [(1,), (1,), (7,)]


def test_foreign_keys_are_enforced_again_after_a_migration(shop: Database) -> None:
    with for_migrations(shop.engine).begin() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 0
        same = connection.connection.driver_connection

    with shop.engine.connect() as connection:
        assert connection.connection.driver_connection is same
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_connection_that_breaks_in_a_migration_is_no_other_error(shop: Database) -> None:
    with for_migrations(shop.engine).connect() as connection:
        connection.exec_driver_sql("SELECT 1")
        connection.invalidate()

    assert rows(shop) == ALL


def test_a_connection_with_foreign_keys_on_is_not_migrated(shop: Database, write: Write) -> None:
    write("second", "first", LONGER)
    config = schema.alembic_config()

    with shop.engine.begin() as connection:
        config.attributes["connection"] = connection
        with pytest.raises(CommandError, match="for_migrations"):
            command.upgrade(config, "heads")

    assert rows(shop) == ALL


def test_a_trigger_that_went_with_a_table_is_named(
    shop: Database, write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    with shop.transaction() as session:
        for name, table in (("lost", "customers"), ("kept", "bills")):
            session.execute(text(f"CREATE TRIGGER {name} DELETE ON {table} BEGIN SELECT 1; END"))
    write("second", "first", LONGER)

    schema.upgrade(shop)

    warnings = [record for record in caplog.records if record.levelname == "WARNING"]
    assert [warning.getMessage() for warning in warnings] == [
        "the trigger lost went with the old table customers"
    ]


def test_a_table_that_views_and_triggers_name_is_made_anew(shop: Database, write: Write) -> None:
    with shop.transaction() as session:
        session.execute(text("CREATE VIEW known AS SELECT name FROM customers"))
        count = "UPDATE customers SET name = 'new' WHERE id = NEW.customer_id"
        session.execute(text(f"CREATE TRIGGER noted AFTER INSERT ON bills BEGIN {count}; END"))
    write("second", "first", LONGER)
    write("third", "second", "op.rename_table('customers', 'clients')")

    schema.upgrade(shop)

    with shop.transaction() as session:
        session.execute(text("INSERT INTO bills VALUES (1)"))  # its trigger and its foreign key
        assert session.scalars(text("SELECT name FROM known")).all() == ["new"]
        assert session.scalar(text("PRAGMA legacy_alter_table")) == 0


def test_the_file_is_copied_before_a_start_migrates_it(
    shop: Database, file: Path, write: Write
) -> None:
    assert not list(file.parent.glob("*.bak"))  # there was nothing to copy
    write("second", "first", LONGER)

    schema.upgrade(shop)
    schema.upgrade(shop)

    [copy] = file.parent.glob("*.bak")
    assert copy.name.startswith("shop.db.2")
    assert copy.name.endswith("Z-first.bak")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    before = Database(f"sqlite:///{copy}")
    assert (column(before), rows(before)) == ("VARCHAR(10)", ALL)
    before.close()


def test_only_the_last_copies_are_kept(shop: Database, file: Path) -> None:
    for year in range(2001, 2006):
        (file.parent / f"shop.db.{year}0101T000000Z-x.bak").touch()
    other = file.parent / "other.db.20010101T000000Z-x.bak"
    other.touch()

    with for_migrations(shop.engine).begin() as connection:
        keep_copy(connection, {"b", "a"})

    kept = sorted(path.name for path in file.parent.glob("shop.db.*.bak"))
    assert kept[:-1] == [f"shop.db.{year}0101T000000Z-x.bak" for year in (2004, 2005)]
    assert kept[-1].endswith("Z-a+b.bak")
    assert len(kept) == KEPT_COPIES
    assert other.exists()


def test_without_a_copy_nothing_is_migrated(
    shop: Database, file: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("second", "first", LONGER)

    def fail(*_arguments: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(StartError, match=r"no copy can be kept.*: no space left"):
        schema.upgrade(shop)

    assert not schema.is_current(shop)
    assert not list(file.parent.glob("*.part"))
