"""What holds for the job `check_links`; its file says the rest."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import select

from linkwatch.background import Daily, Every, RunContext
from linkwatch.background.models import Run
from linkwatch.database import Database
from linkwatch.jobs.check_links import (
    JOB,
    check_links,
)
from linkwatch.main import create_app
from linkwatch.modules.links.models import Link
from linkwatch.process.discovery import find_work
from linkwatch.settings import Settings
from linkwatch.tasks.check_link import TASK, CheckLinkPayload

START = datetime(2000, 1, 2, tzinfo=UTC)
NOW = datetime(2026, 3, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
KEY = {"X-Ops-Key": "a-key-for-this-test"}


@pytest.fixture
def context(settings: Settings, database: Database) -> RunContext:
    """Make what a run is given."""
    return RunContext(UUID(int=7), JOB.name, 1, NOW, settings, database)


@pytest.fixture
def due_times() -> list[datetime]:
    """Give the first due times after START, in the zone of the schedule: up to eight."""
    found: list[datetime] = []
    while len(found) < 8 and (due := JOB.schedule.next_after(found[-1] if found else START)):
        found.append(due)
    return found


def test_discovery_finds_it() -> None:
    assert find_work()[JOB.name] is JOB


def test_its_due_times_follow_one_another_and_none_is_passed_over(
    due_times: list[datetime],
) -> None:
    assert due_times
    for sooner, later in pairwise([START, *due_times]):
        assert START <= sooner < later
        assert JOB.schedule.next_after(sooner + (later - sooner) / 2) == later
        assert JOB.schedule.next_after(later.astimezone(UTC) - SECOND) == later


def test_it_is_due_as_often_as_its_schedule_says(due_times: list[datetime]) -> None:
    """These are days without a clock change; the tests of schedules have those with one."""
    match JOB.schedule:
        case Every(interval=interval):
            assert {later - sooner for sooner, later in pairwise(due_times)} <= {interval}
        case Daily(at=at):
            assert {f"{due:%H:%M}" for due in due_times} == {at}
            days = [due.toordinal() for due in due_times]
            assert days == list(range(days[0], days[0] + len(days)))
        case _:  # by a crontab, to the minute, or once
            assert len(due_times) == 1 or {due.second for due in due_times} == {0}


def test_a_run_that_fails_is_tried_again_while_retries_are_left(
    settings: Settings, wait_until: Callable[[Callable[[], object]], None]
) -> None:
    attempts: list[int] = []

    def fail(context: RunContext) -> None:
        attempts.append(context.attempt)
        raise ConnectionError

    retries = min(JOB.retries, 3)
    failing = replace(JOB, function=fail, retries=retries, retry_delay=timedelta(0), final=())
    own = {"ops_api_key": SecretStr("a-key-for-this-test"), "scheduler": False}
    app = create_app(settings.model_copy(update=own), {JOB.name: failing})
    with TestClient(app, headers=KEY) as client:
        client.post(f"/jobs/{JOB.name}/run").raise_for_status()
        wait_until(lambda: client.get(f"/jobs/{JOB.name}/runs").json()[0]["state"] == "failed")

    assert attempts == list(range(1, retries + 2))


def test_it_queues_the_task_once_however_often_it_is_repeated(
    context: RunContext, database: Database
) -> None:
    with database.transaction() as session:
        values = {"owner": "ada", "url": "https://example.com/", "label": "Example"}
        links = [Link(active=active, **values) for active in (True, False)]
        session.add_all(links)

    for _ in range(2):
        check_links(context)

    with database.snapshot() as session:
        [run] = session.scalars(select(Run).where(Run.name == TASK.name))
    assert run.payload == TASK.dump(CheckLinkPayload(link_id=links[0].id))
