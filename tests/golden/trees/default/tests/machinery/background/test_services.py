"""The runner and the scheduler of a process together."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from shop.background.models import State
from shop.background.scheduling import Every, Job
from shop.background.services import Services
from shop.background.work import RunContext
from shop.database import Database
from shop.process.starting import StartError
from shop.settings import Settings

HOUR = timedelta(hours=1)


def do_nothing(_context: RunContext) -> None:
    """Be the function of a job."""


def test_scheduler_and_runner_tell_how_runs_end(
    settings: Settings, database: Database, wait_until: Callable[[Callable[[], object]], None]
) -> None:
    """S13: a due time that was missed, and the run of the one that was not."""
    seen: set[tuple[str, str, State]] = set()

    def observe(kind: str, name: str, state: State, seconds: float | None) -> None:
        assert (seconds is None) == (state is State.MISSED)
        seen.add((kind, name, state))

    job = Job(name="report", schedule=Every(HOUR), function=do_nothing)
    services = Services.build(settings, database, {"report": job}, observe)
    services.start()

    due_at = datetime.now(UTC) - 3 * HOUR
    services.scheduler.engine.modify_job("report", next_run_time=due_at)
    ends = {("job", "report", State.MISSED), ("job", "report", State.SUCCEEDED)}
    wait_until(lambda: ends <= seen)

    services.stop()


def test_a_database_that_is_lost_before_the_start_is_a_start_error(
    settings: Settings, no_database_url: str
) -> None:
    database = Database(no_database_url)
    services = Services.build(settings, database, {}, lambda *_end: None)

    with pytest.raises(StartError, match="the database cannot be used: "):
        services.start()

    services.stop()
    database.close()
