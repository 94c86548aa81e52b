"""Schedules compute their next due time (S3, S4, S6)."""

import pickle
from datetime import UTC, datetime, timedelta

import pytest

from shop.background.scheduling.clock import zone
from shop.background.scheduling.schedules import (
    Crontab,
    Daily,
    Every,
    Once,
    Schedule,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
BERLIN = zone("Europe/Berlin")
SCHEDULES: list[Schedule] = [
    Every(timedelta(minutes=5)),
    Every(timedelta(minutes=5), anchor=NOON),
    Every(timedelta(minutes=10)),
    Daily("03:30"),
    Daily("03:30", timezone="Europe/Berlin"),
    Daily("03:31"),
    Crontab("30 3 * * *"),
    Crontab("30 3 * * *", timezone="Europe/Berlin"),
    Crontab("30 3 * * 1"),
    Once(NOON),
    Once(NOON + timedelta(hours=1)),
]


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (Every(timedelta(minutes=5)), "2026-11-22T12:05:00+00:00"),
        (Every(timedelta(hours=7)), "2026-11-22T18:00:00+00:00"),
        (Every(timedelta(days=1), anchor=NOON), "2026-11-23T12:00:00+00:00"),
        (
            Every(timedelta(hours=1), anchor=NOON + timedelta(minutes=90)),
            "2026-11-22T12:30:00+00:00",
        ),
        (Daily("12:00"), "2026-11-23T12:00:00+00:00"),
        (Daily("12:01"), "2026-11-22T12:01:00+00:00"),
        (Daily("03:30", timezone="Asia/Tokyo"), "2026-11-23T03:30:00+09:00"),
        (Crontab("0 12 * * 1-5"), "2026-11-23T12:00:00+00:00"),
        (Crontab("*/7 * * * *", timezone="Asia/Kolkata"), "2026-11-22T17:35:00+05:30"),
        (Crontab("@hourly"), "2026-11-22T13:00:00+00:00"),
        (Once(NOON + timedelta(seconds=1)), "2026-11-22T12:00:01+00:00"),
    ],
)
def test_it_is_next_due_in_its_own_zone(schedule: Schedule, expected: str) -> None:
    due = schedule.next_after(NOON)

    assert due is not None
    assert due.isoformat() == expected


def test_where_the_moment_was_measured_makes_no_difference() -> None:
    in_berlin = NOON.astimezone(BERLIN)

    assert [schedule.next_after(in_berlin) for schedule in SCHEDULES] == [
        schedule.next_after(NOON) for schedule in SCHEDULES
    ]


def test_an_interval_is_counted_from_its_anchor_and_not_from_the_start() -> None:
    every = Every(timedelta(minutes=10), anchor=datetime(2026, 3, 29, 1, 55, tzinfo=BERLIN))
    after_the_clock_change = datetime(2026, 3, 29, 3, 1, tzinfo=BERLIN)

    due = {every.next_after(after_the_clock_change + timedelta(seconds=n)) for n in range(240)}

    assert due == {datetime(2026, 3, 29, 1, 5, tzinfo=UTC)}
    assert Every(timedelta(days=1)).next_after(NOON) == datetime(2026, 11, 23, tzinfo=UTC)


def test_once_is_never_due_again() -> None:
    once = Once(NOON)

    assert once.next_after(NOON - timedelta(microseconds=1)) == NOON
    assert once.next_after(NOON) is None


def test_once_knows_the_second_of_two_equal_times_on_the_clock() -> None:
    first = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)

    assert Once(first.replace(fold=1)).next_after(first) == first.replace(fold=1)
    assert Once(first).next_after(first.replace(fold=1)) is None


@pytest.mark.parametrize(
    "schedule", [Daily("02:30", "Europe/Berlin"), Crontab("30 2 * * *", "Europe/Berlin")]
)
@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (datetime(2026, 3, 28, 12, tzinfo=BERLIN), "2026-03-29T03:00:00+02:00"),
        (datetime(2026, 3, 29, 3, tzinfo=BERLIN), "2026-03-30T02:30:00+02:00"),
        (datetime(2026, 10, 24, 12, tzinfo=BERLIN), "2026-10-25T02:30:00+02:00"),
        (datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN), "2026-10-26T02:30:00+01:00"),
        (datetime(2026, 10, 25, 2, 10, tzinfo=BERLIN, fold=1), "2026-10-26T02:30:00+01:00"),
    ],
)
def test_a_time_of_day_is_due_once_on_the_days_when_clocks_change(
    schedule: Schedule, since: datetime, expected: str
) -> None:
    due = schedule.next_after(since)

    assert due is not None
    assert due.isoformat() == expected


def test_two_are_equal_when_they_say_the_same() -> None:
    copies = pickle.loads(pickle.dumps(SCHEDULES))  # noqa: S301

    assert copies == SCHEDULES
    assert len({*copies, *SCHEDULES}) == len(SCHEDULES)


def test_the_shortest_interval_is_a_second() -> None:
    assert Every(timedelta(seconds=1)).next_after(NOON) == NOON + timedelta(seconds=1)
