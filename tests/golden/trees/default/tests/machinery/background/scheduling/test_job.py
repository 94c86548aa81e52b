"""How the runner uses a job."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from shop.background import RunContext
from shop.background.scheduling import Every, Job
from shop.database import Database
from shop.settings import Settings


def test_its_function_is_told_which_run_it_is_and_when_it_was_due(
    settings: Settings, database: Database
) -> None:
    given: list[RunContext] = []
    job = Job(name="report", schedule=Every(timedelta(hours=1)), function=given.append)
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    context = RunContext(uuid4(), "report", 1, noon, settings, database)

    job.call(context, None)

    assert given == [context]


def test_no_more_of_it_run_at_once_than_its_instances() -> None:
    """S12."""
    schedule = Every(timedelta(hours=1))
    job = Job(name="report", schedule=schedule, function=lambda _context: None, max_instances=3)

    assert job.limit == 3
