"""The job `move_house`: when it is due, by which rules, what it does."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from shop.background import RunContext
from shop.database import Database
from shop.discovery import find_work
from shop.jobs.move_house import (
    JOB,
    move_house,
)
from shop.settings import Settings

START = "2026-11-22T12:00:00+00:00"
DUE = [
    "2026-12-01T09:00:00+00:00",
]
"""The due times after START, as they were shown when the job was made."""
NOW = datetime(2026, 3, 1, tzinfo=UTC)
LOGGED = "move_house: due at 2026-03-01T00:00:00+00:00"


@pytest.fixture
def context(settings: Settings, database: Database) -> RunContext:
    """Make what a run is given."""
    return RunContext(UUID(int=7), JOB.name, 1, NOW, settings, database)


def test_discovery_finds_it() -> None:
    assert find_work()[JOB.name] is JOB


def test_it_is_due_at_this_time() -> None:
    found = JOB.schedule.next_after(datetime.fromisoformat(START))

    assert found is not None
    assert found.isoformat() == DUE[0]


def test_it_is_due_only_once() -> None:
    assert JOB.schedule.next_after(datetime.fromisoformat(DUE[0])) is None


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("misfire_grace", timedelta(hours=1)),
        ("coalesce", True),
        ("max_instances", 1),
        ("jitter", timedelta(0)),
        ("timeout", timedelta(minutes=10)),
        ("retries", 0),
        ("idempotent", True),
        ("enabled", False),
    ],
)
def test_it_is_run_by_this_rule(rule: str, value: object) -> None:
    assert getattr(JOB, rule) == value


def test_it_does_its_work(context: RunContext, caplog: pytest.LogCaptureFixture) -> None:
    """REPLACE with the work: call the job, then assert on what it leaves behind."""
    caplog.set_level(logging.INFO)

    asyncio.run(move_house(context))

    assert caplog.messages == [LOGGED]


def test_a_second_run_for_the_same_due_time_changes_nothing_more(
    context: RunContext, caplog: pytest.LogCaptureFixture
) -> None:
    """REPLACE with the work: a run that was cut off is repeated, so compare what is left behind."""
    caplog.set_level(logging.INFO)

    asyncio.run(move_house(context))
    asyncio.run(move_house(context))

    assert set(caplog.messages) == {LOGGED}
