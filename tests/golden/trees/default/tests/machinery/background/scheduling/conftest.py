"""Schedulers with jobs of the test; no runner works, so runs stay queued."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import pytest
from sqlalchemy import delete, select, update

from shop.background.execution import Observer, no_observer
from shop.background.models import Run
from shop.background.runner import Runner
from shop.background.scheduling.jobstore import make_store
from shop.background.scheduling.models import StoredJob
from shop.background.scheduling.scheduler import Scheduler
from shop.background.work import Work
from shop.database import Database
from shop.settings import Settings


@pytest.fixture
def make_scheduler(settings: Settings, database: Database) -> Iterator[Callable[..., Scheduler]]:
    """Make schedulers, each as in its own process; stop them at the end of the test."""
    made: list[Scheduler] = []

    def make(*work: Work, observe: Observer = no_observer) -> Scheduler:
        registry = {each.name: each for each in work}
        runner = Runner(settings, database, registry, observe)
        store = make_store(settings, database)
        made.append(Scheduler(database, store, registry, runner, observe))
        return made[-1]

    yield make
    for scheduler in made:
        scheduler.stop()


@pytest.fixture
def make_due() -> Callable[[Scheduler, str, datetime], None]:
    """Change the stored next run time of a job, so that no test waits for it."""

    def move(scheduler: Scheduler, name: str, due_at: datetime) -> None:
        with scheduler.engine.transaction():
            scheduler.engine.modify_job(name, next_run_time=due_at)
        scheduler.engine.wakeup()

    return move


@pytest.fixture
def stored(database: Database) -> Callable[[], dict[str, bytes]]:
    """Read the pickled state of each job in the jobstore."""

    def read() -> dict[str, bytes]:
        with database.snapshot() as session:
            return {row.id: row.job_state for row in session.scalars(select(StoredJob))}

    return read


@pytest.fixture
def corrupt_store(database: Database) -> Callable[[bytes], None]:
    """Overwrite the pickled state of each job in the jobstore."""

    def write(state: bytes) -> None:
        with database.transaction() as session:
            session.execute(update(StoredJob).values(job_state=state))

    return write


@pytest.fixture
def lose_data(database: Database) -> Callable[[str], None]:
    """Delete data of the jobstore: all, or only the next due times, or only the jobs."""

    def forget(what: str) -> None:
        with database.transaction() as session:
            if what == "times":
                session.execute(update(StoredJob).values(next_run_time=None))
            else:
                session.execute(delete(StoredJob))

    return forget


@pytest.fixture
def recorded(database: Database) -> Callable[[], Sequence[Run]]:
    """Read the ledger, oldest due time first."""

    def read() -> Sequence[Run]:
        with database.snapshot() as session:
            return session.scalars(select(Run).order_by(Run.due_at)).all()

    return read
