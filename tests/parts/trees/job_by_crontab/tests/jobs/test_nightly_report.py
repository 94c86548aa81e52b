"""The job `nightly_report`: when it is due, by which rules, what it does."""

import logging
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest

from shop.background import RunContext
from shop.database import Database
from shop.discovery import find_work
from shop.jobs.nightly_report import (
    JOB,
    nightly_report,
)
from shop.settings import Settings

START = "2026-11-22T12:00:00+00:00"
DUE = [
    "2026-11-23T02:30:00+01:00",
    "2026-11-24T02:30:00+01:00",
    "2026-11-25T02:30:00+01:00",
    "2026-11-26T02:30:00+01:00",
    "2026-11-27T02:30:00+01:00",
    "2026-11-30T02:30:00+01:00",
    "2026-12-01T02:30:00+01:00",
    "2026-12-02T02:30:00+01:00",
]
"""The due times after START, as they were shown when the job was made."""
NOW = datetime(2026, 3, 1, tzinfo=UTC)
LOGGED = "nightly_report: due at 2026-03-01T00:00:00+00:00"


@pytest.fixture
def context(settings: Settings, database: Database) -> RunContext:
    """Make what a run is given."""
    return RunContext(UUID(int=7), JOB.name, 1, NOW, settings, database)


def test_discovery_finds_it() -> None:
    assert find_work()[JOB.name] is JOB


@pytest.mark.parametrize(("after", "due"), list(pairwise([START, *DUE])))
def test_it_is_due_at_these_times(after: str, due: str) -> None:
    found = JOB.schedule.next_after(datetime.fromisoformat(after))

    assert found is not None
    assert found.isoformat() == due


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("misfire_grace", timedelta(hours=1)),
        ("coalesce", True),
        ("max_instances", 1),
        ("jitter", timedelta(0)),
        ("timeout", timedelta(minutes=10)),
        ("retries", 0),
        ("idempotent", False),
        ("enabled", True),
    ],
)
def test_it_is_run_by_this_rule(rule: str, value: object) -> None:
    assert getattr(JOB, rule) == value


def test_it_does_its_work(context: RunContext, caplog: pytest.LogCaptureFixture) -> None:
    """REPLACE with the work: call the job, then assert on what it leaves behind."""
    caplog.set_level(logging.INFO)

    nightly_report(context)

    assert caplog.messages == [LOGGED]
