"""How many runs ended in each minute: each end once, in steps, whoever counts."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.background import (
    RunContext,
    Task,
    dead_letters,
    minutes,
)
from shop.background.minutes import since, uncounted
from shop.background.models import Run, State
from shop.background.roll_up import roll_up
from shop.database import Database

NOW = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
DAYS_AGO = NOW - timedelta(days=3)
InsertRun = Callable[..., UUID]
Counted = tuple[datetime, State, int]


class Nothing(BaseModel):
    pass


def ignore(_payload: Nothing, _context: RunContext) -> None:
    pass


WORK = Task(name="work", payload=Nothing, function=ignore)


@pytest.fixture
def end(insert_run: InsertRun) -> Callable[..., UUID]:
    """Insert a run that ended so long before noon, after so many seconds."""

    def end(
        ago: timedelta, state: State = State.SUCCEEDED, took: float = 1, **more: object
    ) -> UUID:
        times = {"finished_at": NOON - ago, "started_at": NOON - ago - took * SECOND}
        return insert_run(WORK, state, **times, **more)

    return end


End = Callable[..., UUID]


def counts(session: Session) -> list[Counted]:
    return [(row.minute, row.state, row.runs) for row in since(session, DAYS_AGO)]


def count_all(session: Session, now: datetime = NOW) -> None:
    while not roll_up(session, now):
        pass


def test_ends_are_counted_by_minute_and_state_with_their_durations(
    session: Session, end: End
) -> None:
    """S13."""
    end(50 * SECOND, took=0.25)
    end(10 * MINUTE, took=2)
    end(9 * MINUTE + SECOND, took=4.5)
    end(10 * MINUTE, State.FAILED, took=1)

    count_all(session, NOW + MINUTE)

    rows = since(session, DAYS_AGO)
    assert counts(session) == [
        (NOON - 10 * MINUTE, State.FAILED, 1),
        (NOON - 10 * MINUTE, State.SUCCEEDED, 2),
        (NOON - MINUTE, State.SUCCEEDED, 1),
    ]
    assert [row.seconds for row in rows] == pytest.approx([1, 6.5, 0.25], abs=0.001)
    assert [row.longest for row in rows] == pytest.approx([1, 4.5, 0.25], abs=0.001)
    assert [row.minute for row in since(session, NOON - 10 * MINUTE)] == [NOON - MINUTE]


def test_minutes_are_added_up_for_a_chart(session: Session, end: End) -> None:
    """S13: so that it reads few rows."""
    for minute in (31, 30, 29, 16, 2):
        end(minute * MINUTE, took=minute)
    end(20 * MINUTE, State.FAILED)
    count_all(session)

    rows = since(session, DAYS_AGO, every=15 * MINUTE)

    assert [(row.minute, row.state, row.runs) for row in rows] == [
        (NOON - 31 * MINUTE, State.SUCCEEDED, 1),
        (NOON - 30 * MINUTE, State.SUCCEEDED, 3),
        (NOON - 20 * MINUTE, State.FAILED, 1),
        (NOON - 2 * MINUTE, State.SUCCEEDED, 1),
    ]
    assert [row.seconds for row in rows] == pytest.approx([31, 75, 1, 2], abs=0.01)
    assert [row.longest for row in rows] == pytest.approx([31, 30, 1, 2], abs=0.01)


def test_runs_that_never_began_or_whose_clock_was_set_back_took_no_time(
    session: Session, end: End
) -> None:
    """S13, S20: due times without a row of their own count too."""
    end(HOUR, State.MISSED, earlier=4, took=0)
    end(HOUR, State.SKIPPED, took=-5)
    missed = session.scalars(select(Run).where(Run.state == State.MISSED)).one()
    missed.started_at = None
    session.flush()

    count_all(session)

    assert counts(session) == [(NOON - HOUR, State.MISSED, 5), (NOON - HOUR, State.SKIPPED, 1)]
    assert {row.longest for row in since(session, DAYS_AGO)} == {0}


def test_a_minute_is_counted_once_it_has_been_over_for_a_minute(session: Session, end: End) -> None:
    """S13: what ends in it may be committed a little later; until then it is read from the runs."""
    end(2 * MINUTE)
    end(MINUTE, State.FAILED)
    end(SECOND)

    count_all(session)

    assert counts(session) == [(NOON - 2 * MINUTE, State.SUCCEEDED, 1)]
    rest = [(NOON - MINUTE, State.FAILED, 1), (NOON - MINUTE, State.SUCCEEDED, 1)]
    assert sorted((row.minute, row.state, row.runs) for row in uncounted(session, NOW)) == rest
    roll_up(session, NOW + MINUTE)
    assert counts(session)[1:] == rest
    assert uncounted(session, NOW + MINUTE) == []


def test_what_is_counted_is_not_counted_again(session: Session, end: End) -> None:
    """S13: by this process, another one, or after the clock was set back."""
    end(5 * MINUTE, State.FAILED)
    count_all(session)
    end(4 * MINUTE)

    for now in (NOW, NOW, NOW - 5 * MINUTE, NOW + MINUTE, NOW + HOUR):
        count_all(session, now)

    assert counts(session) == [(NOON - 5 * MINUTE, State.FAILED, 1)]


def test_of_two_processes_one_counts(database: Database, queue: Callable[..., UUID]) -> None:
    """S13: the other waits for it."""
    run_id = queue(WORK)
    with database.transaction() as session:
        run = session.get_one(Run, run_id)
        run.state, run.finished_at = State.SUCCEEDED, NOON - 5 * MINUTE

    def count() -> None:
        with database.transaction() as session:
            count_all(session)

    others = [threading.Thread(target=count) for _ in range(2)]
    with database.transaction() as session:
        count_all(session)
        for other in others:
            other.start()
    for other in others:
        other.join()

    with database.snapshot() as session:
        assert counts(session) == [(NOON - 5 * MINUTE, State.SUCCEEDED, 1)]


def test_after_a_pause_a_part_is_counted_at_a_time(
    session: Session, end: End, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S13: others cannot write meanwhile; a part has few runs, or is one minute."""
    monkeypatch.setattr("shop.background.roll_up.MOST_READ", 3)
    for minute in (30, 29, 28, 28, 28, 28, 3):
        end(minute * MINUTE)
    for hour in (40, 30, 20):
        end(hour * HOUR)

    steps = 1
    while not roll_up(session, NOW):
        steps += 1

    assert 6 < steps < 12
    assert [row.runs for row in since(session, DAYS_AGO)] == [1, 1, 1, 1, 1, 4, 1]


@pytest.mark.parametrize("ends", [0, 1])
def test_time_without_ends_takes_no_step(session: Session, end: End, ends: int) -> None:
    """S13: else the first minutes of a service would be slow."""
    for _ in range(ends):
        end(3 * MINUTE, State.FAILED)

    assert roll_up(session, NOW)

    assert counts(session) == [(NOON - 3 * MINUTE, State.FAILED, 1)] * ends


def test_minutes_are_kept_for_two_days(session: Session, end: End) -> None:
    """S13."""
    end(5 * MINUTE)
    count_all(session)

    count_all(session, NOW + 47 * HOUR)
    assert counts(session) == [(NOON - 5 * MINUTE, State.SUCCEEDED, 1)]

    count_all(session, NOW + 48 * HOUR)
    assert counts(session) == []


@pytest.mark.parametrize("first", [True, False])
def test_a_run_that_is_retried_ends_twice(session: Session, end: End, *, first: bool) -> None:
    """T9: also when it is retried before its minute is counted."""
    run_id = end(3 * MINUTE, State.FAILED)
    other = end(3 * MINUTE, State.FAILED)
    if first:
        count_all(session)

    dead_letters.retry(session, [run_id], NOW)
    dead_letters.retry(session, [other], NOW)
    run = session.get_one(Run, run_id, populate_existing=True)
    run.state, run.finished_at = State.SUCCEEDED, NOW
    session.flush()
    count_all(session, NOW + 5 * MINUTE)

    assert counts(session) == [(NOON - 3 * MINUTE, State.FAILED, 2), (NOON, State.SUCCEEDED, 1)]


def test_of_many_runs_that_just_ended_some_are_read(
    session: Session, end: End, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S13: a page must be quick."""
    monkeypatch.setattr(minutes, "MOST_READ", 2)
    for _ in range(3):
        end(SECOND)
    end(HOUR)

    assert [row.runs for row in uncounted(session, NOW)] == [2]


def test_what_a_clock_counted_that_was_ahead_is_counted_again(session: Session, end: End) -> None:
    """S17: else nothing would be counted until that time has come."""
    end(10 * MINUTE, State.FAILED)
    end(20 * MINUTE)
    count_all(session, NOW + 5 * HOUR)
    end(-3 * MINUTE, State.FAILED)
    end(-9 * MINUTE)

    count_all(session, NOW + 10 * MINUTE)

    assert counts(session) == [
        (NOON - 20 * MINUTE, State.SUCCEEDED, 1),
        (NOON - 10 * MINUTE, State.FAILED, 1),
        (NOON + 3 * MINUTE, State.FAILED, 1),
    ]
    assert len(uncounted(session, NOW + 10 * MINUTE)) == 1
