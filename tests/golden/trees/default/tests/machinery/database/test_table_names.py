"""Revision 0005 renames the tables of background work and keeps all rows."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from alembic import command
from alembic.util import CommandError
from sqlalchemy import Table, inspect, text
from sqlalchemy.engine.interfaces import ReflectedIndex

from shop.background.beats import RunnerProcess
from shop.background.models import Run, State
from shop.background.scheduling.models import (
    HandledJob,
    PausedJob,
    SchedulerProcess,
    SchedulerStart,
    StoredJob,
)
from shop.database import Database
from shop.database.schema import (
    SchemaError,
    alembic_config,
    is_current,
    upgrade,
)
from shop.process.discovery import metadata

MODELS = {
    "runs": Run,
    "runner_processes": RunnerProcess,
    "apscheduler_jobs": StoredJob,
    "handled_jobs": HandledJob,
    "scheduler_processes": SchedulerProcess,
    "scheduler_starts": SchedulerStart,
    "paused_jobs": PausedJob,
}
OLD = list(MODELS)
NEW = [model.__tablename__ for model in MODELS.values()]
NEW_STATES = {State.SCHEDULED, State.CANCELLED}
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADDED = {"priority", "place", "concurrency_key", "cancel_asked_at", "progress", "result"}
ADDED |= {"batch_id", "follows_id", "version", "engine", "threads", "traceback", "traceparent"}
REFUSED = "the database has {} already: rename yours first; nothing was migrated"


@pytest.fixture
def database(own_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Open a database with all tables; Alembic finds it in the environment."""
    monkeypatch.setenv("DATABASE_URL", own_database_url)
    database = Database(own_database_url)
    yield database
    database.close()


def go_back(database: Database) -> None:
    """Downgrade, so that the tables have their old names."""
    database.engine.dispose()
    command.downgrade(alembic_config(), "0004")


def new_run(state: State = State.QUEUED) -> Run:
    """Make a run."""
    moments = {"created_at": NOON, "due_at": NOON, "available_at": NOON}
    return Run(kind="task", name=f"a {state}", unique_key=f"of {state}", state=state, **moments)


def new_number(database: Database) -> int:
    """Create the number of a scheduler, and delete its row."""
    with database.transaction() as session:
        start = SchedulerStart()
        session.add(start)
        session.flush()
        session.delete(start)
        return start.number


def rows(database: Database, names: list[str]) -> dict[str, list[str]]:
    """Read all rows of some tables, in the order of those: the columns that revision 0004 has."""
    with database.snapshot() as session:
        found = {name: session.execute(text(f"SELECT * FROM {name}")) for name in names}  # noqa: S608
        return {
            new: sorted(
                str({column: row[column] for column in sorted(row.keys() - ADDED)})
                for row in found[name].mappings()
            )
            for name, new in zip(names, NEW, strict=True)
        }


def described_index(index: ReflectedIndex) -> str:
    """Describe an index with the condition of its rows."""
    options = index.get("dialect_options", {})
    shown = {"dialect_options": {name: str(value) for name, value in options.items()}}
    return str({**index, **shown})


def described(database: Database) -> dict[str, object]:
    """Describe the tables, with the names of their constraints and indexes."""
    with database.engine.connect() as connection:
        there = inspect(connection)
        tables: dict[str, object] = {
            name: (
                sorted(map(str, there.get_columns(name))),
                there.get_pk_constraint(name),
                sorted(map(str, there.get_unique_constraints(name))),
                sorted(described_index(index) for index in there.get_indexes(name)),
            )
            for name in sorted(there.get_table_names())
            if name in {*OLD, *NEW}
        }
        return tables


def test_every_row_is_kept_on_the_way_back_and_forth(database: Database) -> None:
    process = {"beats": 3, "started_at": NOON, "seen_at": NOON}
    with database.transaction() as session:
        session.add_all(new_run(state) for state in State if state not in NEW_STATES)
        session.add(RunnerProcess(id="runner", host="here", pid=7, **process))
        session.add(StoredJob(id="tick", next_run_time=12.5, job_state=b"\x00 as it was"))
        session.add(HandledJob(name="tick", until=NOON))
        session.add(SchedulerProcess(id="x", started=2, beats=1, seen_at=NOON, declared="{}"))
        session.add(SchedulerStart())
        session.add(PausedJob(name="tick", paused_at=NOON))
    before = rows(database, NEW)
    assert all(before.values())

    go_back(database)
    assert rows(database, OLD) == before
    upgrade(database)
    assert rows(database, NEW) == before


def test_no_scheduler_gets_a_number_that_another_had(database: Database) -> None:
    first = new_number(database)

    go_back(database)
    upgrade(database)

    assert new_number(database) == first + 1


def test_the_tables_are_the_same_whichever_way_they_came(database: Database) -> None:
    migrated = described(database)
    assert {*migrated} >= {*NEW}

    go_back(database)
    assert {*described(database)} >= {*OLD}
    upgrade(database)
    assert described(database) == migrated

    command.downgrade(alembic_config(), "base")
    tables: list[Table] = [metadata().tables[name] for name in NEW]
    metadata().create_all(database.engine, tables)
    assert described(database) == migrated


@pytest.mark.parametrize("other", ["TABLE {} (id INTEGER)", "VIEW {} AS SELECT 1 AS id"])
def test_a_name_that_is_taken_is_refused_and_nothing_is_renamed(
    database: Database, other: str
) -> None:
    go_back(database)
    with database.transaction() as session:
        session.execute(text("CREATE " + other.format("fastforge_handled_jobs")))
    before = described(database)

    with pytest.raises(SchemaError, match=REFUSED.format("fastforge_handled_jobs")):
        upgrade(database)

    assert (described(database), is_current(database)) == (before, False)


def test_a_name_that_is_taken_again_is_not_taken_back(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("CREATE TABLE runs (id INTEGER)"))
    before = described(database)

    with pytest.raises(CommandError, match=REFUSED.format("runs")):
        go_back(database)

    assert (described(database), is_current(database)) == (before, True)


def test_what_names_a_table_follows_it(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    go_back(database)
    statements = [
        "CREATE VIEW known AS SELECT name FROM runs",
        "CREATE TABLE notes (run_id CHAR(32) REFERENCES runs (id))",
        "CREATE TRIGGER noted AFTER INSERT ON runs BEGIN INSERT INTO notes SELECT NEW.id; END",
    ]
    with database.transaction() as session:
        for statement in statements:
            session.execute(text(statement))

    upgrade(database)
    with database.transaction() as session:
        session.add(new_run())
    with database.snapshot() as session:
        assert session.scalars(text("SELECT name FROM known")).all() == ["a queued"]
        [key] = inspect(session.connection()).get_foreign_keys("notes")
        assert key["referred_table"] == Run.__tablename__
        assert len(session.scalars(text("SELECT run_id FROM notes")).all()) == 1
    assert [each for each in caplog.records if each.levelname == "WARNING"] == []

    go_back(database)
    with database.snapshot() as session:
        assert session.scalars(text("SELECT name FROM known")).all() == ["a queued"]
        assert len(session.scalars(text("SELECT run_id FROM notes")).all()) == 1
