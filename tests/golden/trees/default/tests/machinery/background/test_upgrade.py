"""Runs in a database of an older version, whose leases ended at a clock time."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from alembic import command
from pydantic import BaseModel
from sqlalchemy import Uuid, bindparam, text

from shop.background import RunContext, Task
from shop.background.execution import no_observer
from shop.background.models import Run, State
from shop.background.runner import Runner
from shop.database import Database, UtcDateTime
from shop.database.schema import alembic_config, upgrade
from shop.settings import Settings

OLD = text(
    "INSERT INTO runs (id, kind, name, state, attempt, owner, lease_until, created_at, due_at,"
    " available_at, started_at, payload) VALUES"
    " (:id, 'task', :name, :state, 1, 'of old', :at, :at, :at, :at, :at, '{}')"
).bindparams(bindparam("id", type_=Uuid()), bindparam("at", type_=UtcDateTime()))
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIRST_STATES = sorted(set(State) - {State.SCHEDULED, State.CANCELLED})
"""The states that the first version had."""
COLUMNS = (
    "id, kind, name, unique_key, payload, state, attempt, error, owner,"
    " created_at, due_at, available_at, started_at, finished_at, dismissed_at"
)
"""The columns of the first version, but for the end of the lease."""


class Nothing(BaseModel):
    pass


@pytest.fixture
def database(empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Make a database at the schema of the first version."""
    monkeypatch.setenv("DATABASE_URL", empty_database_url)
    command.upgrade(alembic_config(), "0001")
    database = Database(empty_database_url)
    yield database
    database.close()


@pytest.fixture
def insert_run(database: Database) -> Callable[[str, State], UUID]:
    """Insert a run of an old process."""

    def insert_run(name: str, state: State) -> UUID:
        run_id = uuid4()
        with database.transaction() as session:
            session.execute(OLD, {"id": run_id, "name": name, "state": state, "at": NOON})
        return run_id

    return insert_run


def test_what_an_older_version_ran_is_found_after_the_upgrade(
    database: Database,
    insert_run: Callable[[str, State], UUID],
    settings: Settings,
    find: Callable[[UUID], Run],
    wait_until: Callable[[Callable[[], object]], None],
) -> None:
    """S17: old processes are in no table."""
    attempts: list[int] = []

    def work(_payload: Nothing, context: RunContext) -> None:
        attempts.append(context.attempt)

    once = Task(name="once", payload=Nothing, function=work)
    safe = Task(name="safe", payload=Nothing, function=work, idempotent=True, max_concurrency=2)
    lost, again = insert_run("once", State.RUNNING), insert_run("safe", State.RUNNING)
    late = insert_run("safe", State.TIMED_OUT)
    settings.lease_seconds = 0.2

    upgrade(database)
    assert {find(run_id).held_by for run_id in (lost, again, late)} == {"of old"}
    runner = Runner(settings, database, {"once": once, "safe": safe}, no_observer)
    runner.start()
    wait_until(lambda: find(again).state is State.SUCCEEDED)
    runner.stop()

    assert attempts == [2]
    assert find(lost).state is State.LOST
    assert (find(late).state, find(late).held_by) == (State.TIMED_OUT, None)


@pytest.fixture
def run_of_every_state(database: Database) -> None:
    """Insert a run of every state of the first version, with a value in each column."""
    names = f"{COLUMNS}, lease_until".split(", ")
    insert = text(f"INSERT INTO runs ({', '.join(names)}) VALUES (:{', :'.join(names)})")  # noqa: S608
    typed = insert.bindparams(
        bindparam("id", type_=Uuid()),
        *(bindparam(name, type_=UtcDateTime) for name in names if name.endswith(("_at", "until"))),
    )
    with database.transaction() as session:
        for state in FIRST_STATES:
            moments = {name: NOON for name in names if name.endswith(("_at", "until"))}
            texts = {"kind": "task", "owner": "of old", "error": "why", "payload": "{}"}
            own = {"id": uuid4(), "name": state, "unique_key": state, "state": state, "attempt": 3}
            session.execute(typed, moments | texts | own)


@pytest.mark.usefixtures("run_of_every_state")
def test_runs_of_every_state_keep_all_that_was_said_of_them(database: Database) -> None:
    def rows(table: str) -> list[tuple[object, ...]]:
        with database.snapshot() as session:
            found = session.execute(text(f"SELECT {COLUMNS} FROM {table} ORDER BY name"))  # noqa: S608
            return [tuple(row) for row in found]

    before = rows("runs")
    assert [row[2] for row in before] == FIRST_STATES

    upgrade(database)
    assert rows(Run.__tablename__) == before

    command.downgrade(alembic_config(), "0001")
    assert rows("runs") == before


def test_a_downgrade_leaves_leases_that_have_ended(
    database: Database, insert_run: Callable[[str, State], UUID]
) -> None:
    run_id = insert_run("once", State.RUNNING)
    upgrade(database)

    command.downgrade(alembic_config(), "0001")

    held = text("SELECT id FROM runs WHERE lease_until <= CURRENT_TIMESTAMP")
    with database.snapshot() as session:
        assert [str(found).replace("-", "") for found in session.scalars(held)] == [run_id.hex]


def test_due_times_that_a_note_counted_are_counted_in_their_column(
    database: Database, insert_run: Callable[[str, State], UUID], find: Callable[[UUID], Run]
) -> None:
    counted, other = insert_run("tick", State.MISSED), insert_run("once", State.FAILED)
    job = text("UPDATE runs SET kind = 'job', error = :note WHERE name = 'tick'")
    task = text("UPDATE runs SET error = :note WHERE name = 'once'")
    with database.transaction() as session:
        session.execute(job, {"note": "and 1250 due times before this one"})
        session.execute(task, {"note": "and that was it"})

    upgrade(database)
    assert (find(counted).earlier, find(counted).error) == (1250, None)
    assert (find(other).earlier, find(other).error) == (0, "and that was it")

    command.downgrade(alembic_config(), "0003")
    notes = text("SELECT error FROM runs ORDER BY name")
    with database.snapshot() as session:
        assert list(session.scalars(notes)) == [
            "and that was it",
            "and 1250 due times before this one",
        ]
