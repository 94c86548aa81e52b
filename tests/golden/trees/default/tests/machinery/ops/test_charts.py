"""The charts: what is drawn fits in, and the smallest number is seen."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from shop.background.minutes import Minute
from shop.background.models import State
from shop.database import Database
from shop.ops.facts.activity import (
    QUARTER,
    Outcome,
    Quarter,
    last_day,
)
from shop.ops.facts.charts import (
    HEIGHT,
    LEAST,
    Chart,
    durations,
    rates,
)
from shop.ops.facts.durations import in_words

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def quarter(
    succeeded: int = 0, failed: int = 0, other: int = 0, seconds: float = 0, longest: float = 0
) -> Quarter:
    runs = {Outcome.SUCCEEDED: succeeded, Outcome.FAILED: failed, Outcome.OTHER: other}
    return Quarter(NOON, Counter(runs), seconds, longest)


def assert_it_fits(chart: Chart) -> None:
    for bar in chart.bars:
        assert bar.height >= LEAST
        assert bar.y >= 0
        assert bar.y + bar.height <= HEIGHT + 0.1
    assert all(0 <= line <= HEIGHT for line in chart.lines)


def test_the_first_quarter_is_whole(database: Database) -> None:
    first = NOON - 95 * QUARTER
    known = {"state": State.SUCCEEDED, "seconds": 1.0, "longest": 1.0}
    with database.transaction() as session:
        for begin, runs in ((first - timedelta(minutes=1), 1), (first, 2), (NOON, 4)):
            session.add(Minute(minute=begin, runs=runs, **known))

    with database.snapshot() as session:
        quarters = last_day(session, NOON + timedelta(minutes=14, seconds=59))

    assert (quarters[0].begin, quarters[-1].begin) == (first, NOON)
    assert [each.runs.total() for each in quarters] == [2, *[0] * 94, 4]


def test_one_failure_is_seen_beside_a_million_successes() -> None:
    chart = rates([quarter(succeeded=1_000_000), quarter(failed=1, other=1)])

    assert [(bar.kind, bar.x) for bar in chart.bars] == [
        ("succeeded", 0),
        ("failed", 10),
        ("other", 10),
    ]
    assert_it_fits(chart)


@pytest.mark.parametrize(
    "quarters",
    [
        [quarter()],
        [quarter(failed=5)],
        [quarter(1, 1, 1)],
        [quarter(succeeded=1_000_000, failed=1, other=1)],
        [quarter(failed=1_000_000), quarter(succeeded=1, other=1)],
    ],
)
def test_whatever_there_was_the_chart_of_rates_has_room_for_it(quarters: list[Quarter]) -> None:
    assert_it_fits(rates(quarters))


def test_failures_go_down_from_where_the_others_go_up() -> None:
    chart = rates([quarter(succeeded=3, failed=2, other=1)])

    succeeded, failed, other = chart.bars
    assert chart.lines == [failed.y]
    assert succeeded.y + succeeded.height == pytest.approx(failed.y, abs=0.1)
    assert other.y + other.height == pytest.approx(succeeded.y, abs=0.1)


@pytest.mark.parametrize(
    ("longest", "lines", "top"),
    [
        (0, 1, "10 ms"),
        (0.0001, 1, "10 ms"),
        (0.5, 3, "1.0 s"),
        (90, 5, "1 min 40 s"),
        (1e6, 9, "11 d 13 h"),
    ],
)
def test_durations_from_a_millisecond_to_days_are_all_seen(
    longest: float, lines: int, top: str
) -> None:
    chart = durations([quarter(), quarter(succeeded=1, seconds=longest, longest=longest)])

    assert (len(chart.lines), chart.top) == (lines, top)
    assert [bar.kind for bar in chart.bars] == (["longest", "mean"] if longest else [])
    assert_it_fits(chart)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 ms"),
        (0.0123, "12 ms"),
        (4.21, "4.2 s"),
        (59.6, "1 min"),
        (3900, "1 h 5 min"),
        (86_400, "1 d"),
        (90_061, "1 d 1 h"),
    ],
)
def test_durations_are_told_in_two_units(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
