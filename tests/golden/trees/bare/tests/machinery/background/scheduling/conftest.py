"""Schedulers with jobs that the test declares; no runner works, so runs stay as they are queued."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import pytest
from sqlalchemy import select

from my_shop.background.execution import Observer, nobody
from my_shop.background.models import Run
from my_shop.background.runner import Runner
from my_shop.background.scheduling.jobstore import make_stores
from my_shop.background.scheduling.scheduler import Scheduler
from my_shop.background.work import Work
from my_shop.database import Database
from my_shop.settings import Settings


@pytest.fixture
def make_scheduler(settings: Settings, database: Database) -> Iterator[Callable[..., Scheduler]]:
    """Make schedulers as processes of their own would; stopped at the end of the test."""
    made: list[Scheduler] = []

    def make(*work: Work, observe: Observer = nobody) -> Scheduler:
        registry = {each.name: each for each in work}
        runner = Runner(settings, database, registry, observe)
        stores = make_stores(settings, database)
        made.append(Scheduler(database, stores, registry, runner, observe))
        return made[-1]

    yield make
    for scheduler in made:
        scheduler.stop()


@pytest.fixture
def make_due() -> Callable[[Scheduler, str, datetime], None]:
    """Move the stored next run time of a job, which is quicker than waiting for it."""

    def move(scheduler: Scheduler, name: str, due_at: datetime) -> None:
        with scheduler.engine.changing():
            scheduler.engine.modify_job(name, next_run_time=due_at)

    return move


@pytest.fixture
def recorded(database: Database) -> Callable[[], Sequence[Run]]:
    """Read the ledger, oldest due time first."""

    def read() -> Sequence[Run]:
        with database.snapshot() as session:
            return session.scalars(select(Run).order_by(Run.due_at)).all()

    return read
