"""Waiting work after a step of the wall clock (S17)."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import BaseModel
from sqlalchemy.orm import Session

from shop.background import RunContext, Task, clock
from shop.background.clock import WallClock, correct_waits
from shop.background.models import Run, State

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
AHEAD = NOW + HOUR


class Nothing(BaseModel):
    pass


def ignore(_payload: Nothing, _context: RunContext) -> None:
    pass


WORK = Task(name="work", payload=Nothing, function=ignore)
InsertRun = Callable[..., UUID]


@pytest.fixture
def start(session: Session, insert_run: InsertRun) -> Callable[..., datetime]:
    """Insert a queued run; return its earliest start after two beats at noon."""

    def start(**values: object) -> datetime:
        new = {"attempt": 0, "started_at": None, "owner": None}
        run_id = insert_run(WORK, State.QUEUED, **(new | values))
        correct_waits(session, NOW)
        correct_waits(session, NOW + MINUTE)  # the next beat changes nothing
        session.expire_all()
        return session.get_one(Run, run_id).available_at

    return start


def test_what_was_accepted_before_the_clock_was_set_back_may_start_at_once(
    start: Callable[..., datetime],
) -> None:
    assert start(created_at=AHEAD, due_at=AHEAD, available_at=AHEAD) == NOW


def test_a_wait_is_counted_again_from_now(start: Callable[..., datetime]) -> None:
    """A delay or jitter, and the backoff of a run that was tried."""
    later = AHEAD + 2 * MINUTE
    assert start(created_at=AHEAD, due_at=AHEAD, available_at=later) == NOW + 2 * MINUTE
    days = timedelta(days=2)
    assert start(created_at=AHEAD, due_at=AHEAD, available_at=AHEAD + days) == NOW + days
    tried = {"created_at": NOW - HOUR, "due_at": NOW - HOUR, "started_at": AHEAD, "attempt": 1}
    assert start(**tried, available_at=later) == NOW + 2 * MINUTE


def test_an_appointment_is_kept(start: Callable[..., datetime]) -> None:
    """Waits of runs that a correct clock made do not change."""
    at = AHEAD + HOUR
    assert start(created_at=AHEAD, due_at=at, available_at=at) == at
    assert start(created_at=NOW, due_at=NOW, available_at=at) == at
    assert start(created_at=NOW, due_at=NOW, started_at=NOW, attempt=1, available_at=at) == at


def test_what_is_over_stays_as_it_is(session: Session, insert_run: InsertRun) -> None:
    run_id = insert_run(WORK, State.SUCCEEDED, created_at=AHEAD, due_at=AHEAD, available_at=AHEAD)
    correct_waits(session, NOW)
    assert session.get_one(Run, run_id).available_at == AHEAD


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (3600, "the clock was set forward, or the machine slept, by 3600 s"),
        (-3600, "the clock was set back by 3600 s"),
    ],
)
def test_a_step_is_logged_once_and_told_for_an_hour(
    seconds: float, told: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    wall, forward = time.time, time.monotonic
    watched = WallClock()
    assert not watched.check()

    monkeypatch.setattr(time, "time", lambda: wall() + seconds)
    assert watched.check().startswith(f"{told}, now 20")
    assert watched.check().startswith(f"{told}, now 20")
    assert caplog.messages == [told]

    monkeypatch.setattr(time, "time", lambda: wall() + seconds + 3601)
    monkeypatch.setattr(clock, "monotonic", lambda: forward() + 3601)
    assert not watched.check()


def test_clocks_that_are_kept_right_are_no_step(monkeypatch: pytest.MonkeyPatch) -> None:
    wall = time.time
    watched = WallClock()
    for seconds in (1.5, 3.0, 4.5, 3.0):
        monkeypatch.setattr(time, "time", lambda seconds=seconds: wall() + seconds)
        assert not watched.check()


def test_a_process_that_is_stopped_while_it_looks_sees_no_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """S2: it is stopped for 5 s between reading the two clocks."""
    looks = iter([100.0, 100.0, 100.0, 105.0, 105.0, 105.0])
    monkeypatch.setattr(clock, "monotonic", looks.__next__)
    monkeypatch.setattr(time, "time", iter([1000.0, 1005.0, 1005.0]).__next__)

    assert not WallClock().check()
    assert not list(looks)
