# ruff: noqa: PLR0913, PLR0917 (fixtures are arguments)
"""Runs after a restart of PostgreSQL, or after one process loses its connection."""

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel
from sqlalchemy import make_url, text
from tests.servers.control import Servers

from shop.background import RunContext, Task, ledger
from shop.background.models import Run, State
from shop.background.runner import Runner
from shop.database import Database
from shop.database.schema import upgrade
from shop.process import repeated_errors

KILL = text("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = :role")


class Nothing(BaseModel):
    pass


class Cable:
    """The connection of one process, which can be cut while others keep theirs."""

    def __init__(self, database: Database, url: str) -> None:
        """Make a database role for this process."""
        self._others, self._role = database, f"role_{uuid4().hex}"
        self._change(f"CREATE ROLE {self._role} SUPERUSER LOGIN PASSWORD 'secret'")
        url = make_url(url).set(username=self._role).render_as_string(hide_password=False)
        self.database = Database(url)

    @contextmanager
    def cut(self) -> Generator[None, None, None]:
        """End every connection and refuse new ones."""
        self._change(f"ALTER ROLE {self._role} NOLOGIN")
        self._change(KILL, role=self._role)
        yield
        self._change(f"ALTER ROLE {self._role} LOGIN")

    def remove(self) -> None:
        """Drop the role."""
        self.database.close()
        self._change(KILL, role=self._role)
        self._change(f"DROP ROLE {self._role}")

    def _change(self, statement: object, **values: str) -> None:
        with self._others.transaction() as session:
            session.execute(text(str(statement)), values)


@pytest.fixture
def cable(database: Database, database_url: str) -> Iterator[Cable]:
    cable = Cable(database, database_url)
    yield cable
    cable.remove()


@pytest.mark.parametrize("idempotent", [True, False])
def test_a_run_of_a_process_that_is_cut_off_is_found_when_its_lease_ends(
    cable: Cable,
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    wait_until: Callable[[Callable[[], object]], None],
    gate: threading.Event,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    *,
    idempotent: bool,
) -> None:
    """S2, T6: the process continues its runs; only idempotent ones may run twice."""
    monkeypatch.setattr(repeated_errors, "EVERY_SECONDS", 0)  # so that each error is logged
    begun: list[int] = []

    def work(_payload: Nothing, context: RunContext) -> None:
        begun.append(context.attempt)
        if context.attempt == 1:
            gate.wait()

    task = Task(name="work", payload=Nothing, function=work, idempotent=idempotent)
    run_id = queue(task)
    alive = start_runner(task, on=cable.database, lease_seconds=1)
    wait_for(run_id, State.RUNNING)

    with cable.cut():
        start_runner(task, lease_seconds=1)
        wait_for(run_id, State.SUCCEEDED if idempotent else State.LOST)
        assert alive.running
        caplog.clear()
        gate.set()
        wait_until(lambda: "the ledger cannot be used" in caplog.text)

    if idempotent:
        wait_until(lambda: "taken over" in caplog.text)
    assert wait_for(run_id, State.SUCCEEDED).attempt == len(begun) == (2 if idempotent else 1)


def test_killed_connections_lose_nothing(
    cable: Cable,
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    gate: threading.Event,
) -> None:
    """T1, S15: running runs are recorded, waiting ones run."""
    task = Task(name="work", payload=Nothing, function=lambda _payload, _context: gate.wait())
    runs = [queue(task)]
    start_runner(task, on=cable.database)
    wait_for(runs[0], State.RUNNING)

    with cable.cut():
        runs += [queue(task) for _ in range(3)]
        gate.set()

    assert [wait_for(run_id, State.SUCCEEDED).attempt for run_id in runs] == [1, 1, 1, 1]


@pytest.mark.processes
def test_a_restart_of_the_server_in_the_middle_of_a_run_loses_nothing(
    own_servers: Servers,
    make_runner: Callable[..., Runner],
    gate: threading.Event,
    wait_until: Callable[[Callable[[], object]], None],
) -> None:
    """T1, T6, S15."""
    database = Database(own_servers.urls["TEST_DATABASE_URL"])
    upgrade(database)
    task = Task(name="work", payload=Nothing, function=lambda _payload, _context: gate.wait())

    def add() -> None:
        with database.transaction() as session:
            ledger.add(session, task, datetime.now(UTC), payload="{}")

    def states() -> list[tuple[State, int]]:
        with database.snapshot() as session:
            return [(run.state, run.attempt) for run in session.query(Run).order_by(Run.due_at)]

    add()
    make_runner(task, on=database).start()
    wait_until(lambda: states() == [(State.RUNNING, 1)])

    own_servers.order("restart")
    add()
    gate.set()

    wait_until(lambda: states() == [(State.SUCCEEDED, 1), (State.SUCCEEDED, 1)])
    database.close()
