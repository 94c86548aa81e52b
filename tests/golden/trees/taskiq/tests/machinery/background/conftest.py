"""Fixtures for the ledger, for runners with tasks of the test, and for real processes."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.orm import Session

from shop.background import ledger
from shop.background.beats import RunnerProcess
from shop.background.dead_letters import OnDeadLetter, log
from shop.background.execution import Observer, no_observer
from shop.background.models import Run, State
from shop.background.runner import Runner
from shop.background.work import Work
from shop.database import Database
from shop.settings import Settings

PROCESS = Path(__file__).with_name("process.py")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """Open one transaction for the test."""
    with database.transaction() as session:
        yield session


@pytest.fixture
def impatient(settings: Settings) -> Iterator[Database]:
    """Open the database again, with a lock timeout of 20 ms."""
    database = Database(settings.database_url)

    @event.listens_for(database.engine, "begin")
    def wait_no_longer(connection: Connection) -> None:
        connection.exec_driver_sql("SET LOCAL lock_timeout = '20ms'")

    yield database
    database.close()


@pytest.fixture
def locked(database: Database) -> Callable[[], AbstractContextManager[None]]:
    """Lock the ledger during a block, as a user of a database console may."""

    @contextmanager
    def lock() -> Generator[None, None, None]:
        with database.transaction() as session:
            session.execute(text("LOCK TABLE fastforge_runs"))
            yield

    return lock


@pytest.fixture
def queue(database: Database) -> Callable[..., UUID]:
    """Queue a run, as an endpoint or the scheduler does."""

    def add(work: Work, now: datetime | None = None, payload: str = "{}") -> UUID:
        with database.transaction() as session:
            run_id = ledger.add(session, work, now or datetime.now(UTC), payload=payload)
        assert run_id is not None
        return run_id

    return add


@pytest.fixture
def insert_run(session: Session) -> Callable[..., UUID]:
    """Insert a run that a dead process holds, with times at noon; return its id."""

    def insert_run(work: Work, state: State = State.RUNNING, **values: object) -> UUID:
        run_id = ledger.add(session, work, NOON, key=str(values.pop("key", "")) or None)
        assert run_id is not None
        run = session.get_one(Run, run_id)
        known = {"owner": "gone", "attempt": 1, "started_at": NOON}
        known["held_by"] = "gone" if state is State.RUNNING else None
        for name, value in (known | values).items():
            setattr(run, name, value)
        run.state = state
        session.flush()
        return run_id

    return insert_run


@pytest.fixture
def find(database: Database) -> Callable[[UUID], Run]:
    """Read the present state of a run."""

    def read(run_id: UUID) -> Run:
        with database.snapshot() as session:
            return session.get_one(Run, run_id)

    return read


@pytest.fixture
def beats(database: Database) -> Callable[[str], int]:
    """Read the beats of a runner; 0 if it has no row."""

    def read(owner: str) -> int:
        with database.snapshot() as session:
            process = session.get(RunnerProcess, owner)
        return process.beats if process else 0

    return read


@pytest.fixture
def wait_for(
    find: Callable[[UUID], Run], wait_until: Callable[[Callable[[], object]], None]
) -> Callable[[UUID, State], Run]:
    """Wait for the state of a run and return the run; a running one must have begun."""

    def wait(run_id: UUID, state: State) -> Run:
        def there() -> bool:
            run = find(run_id)
            return run.state is state and (state is not State.RUNNING or run.started_at is not None)

        wait_until(there)
        return find(run_id)

    return wait


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Return an event that functions wait for; it is set at the end, so no thread remains."""
    gate = threading.Event()
    yield gate
    gate.set()


@pytest.fixture
def make_runner(
    settings: Settings, database: Database, gate: threading.Event
) -> Iterator[Callable[..., Runner]]:
    """Make runners, each as in its own process; stop them at the end of the test."""
    made: list[Runner] = []

    def make(
        *work: Work,
        observe: Observer = no_observer,
        on_dead_letter: OnDeadLetter = log,
        on: Database = database,
        **changed: object,
    ) -> Runner:
        registry = {each.name: each for each in work}
        own = settings.model_copy(update=changed)
        made.append(Runner(own, on, registry, observe, on_dead_letter))
        return made[-1]

    yield make
    gate.set()
    for runner in made:
        runner.stop()


@pytest.fixture
def start_runner(make_runner: Callable[..., Runner]) -> Callable[..., Runner]:
    """Make a runner and start it."""

    def start(*work: Work, **options: object) -> Runner:
        runner = make_runner(*work, **options)
        runner.start()
        return runner

    return start


@pytest.fixture
def start_process(
    settings: Settings, tmp_path: Path
) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start processes that run the tasks of `process.py`, which write to `tmp_path / "log"`."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*, wrong_by: int = 0) -> subprocess.Popen[bytes]:
        arguments = [settings.database_url, str(tmp_path / "log"), str(wrong_by)]
        command = [sys.executable, str(PROCESS), *arguments]
        started.append(subprocess.Popen(command, cwd=tmp_path))  # noqa: S603
        return started[-1]

    yield start
    for process in started:
        process.send_signal(signal.SIGKILL)
        process.wait()
