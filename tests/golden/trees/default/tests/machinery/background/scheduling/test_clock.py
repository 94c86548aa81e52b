"""What a clock change does to a crontab expression (S4)."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from shop.background.scheduling.clock import (
    in_utc,
    next_change,
    zone,
)
from shop.background.scheduling.crontab import next_after

# Clocks in Berlin skip 02:00 to 03:00 on 29 March 2026, and repeat it on 25 October 2026.
BERLIN = zone("Europe/Berlin")
SPRING = datetime(2026, 3, 29, tzinfo=BERLIN)
AUTUMN = datetime(2026, 10, 25, tzinfo=BERLIN)


def due_times(expression: str, moment: datetime, count: int) -> list[datetime]:
    """Return the next due times."""
    found: list[datetime] = []
    for _ in range(count):
        moment = next_after(expression, moment)
        found.append(moment)
    return found


def test_a_moment_in_utc_is_the_same_moment() -> None:
    assert in_utc(SPRING) == SPRING
    assert in_utc(SPRING).tzinfo is UTC  # in any zone of the machine


@pytest.mark.parametrize(
    ("expression", "midnight", "expected"),
    [
        ("30 2 * * *", SPRING, ["29 03:00 CEST", "30 02:30 CEST"]),
        ("30 2 * * *", AUTUMN, ["25 02:30 CEST", "26 02:30 CET"]),
        ("15,45 2,4 * * *", SPRING, ["29 03:00 CEST", "29 04:15 CEST", "29 04:45 CEST"]),
        ("30 * * * *", SPRING.replace(hour=1), ["29 01:30 CET", "29 03:30 CEST"]),
        (
            "30 * * * *",
            AUTUMN.replace(hour=1),
            ["25 01:30 CEST", "25 02:30 CEST", "25 02:30 CET", "25 03:30 CET"],
        ),
        ("0 */2 * * *", SPRING, ["29 04:00 CEST", "29 06:00 CEST"]),
        ("0 */2 * * *", AUTUMN, ["25 02:00 CEST", "25 02:00 CET", "25 04:00 CET"]),
        ("*/40 2 * * *", SPRING, ["30 02:00 CEST", "30 02:40 CEST"]),
    ],
)
def test_a_time_of_day_is_due_once_in_a_clock_change_and_the_rest_follows_the_clock(
    expression: str, midnight: datetime, expected: list[str]
) -> None:
    due = due_times(expression, midnight, len(expected))

    assert [f"{moment:%d %H:%M %Z}" for moment in due] == expected


def test_a_time_that_comes_twice_is_over_after_the_first() -> None:
    second_ten_past_two = AUTUMN.replace(hour=2, minute=10, fold=1)

    assert f"{next_after('30 2 * * *', second_ten_past_two):%d %H:%M}" == "26 02:30"


def test_nothing_is_lost_where_the_clock_changes_by_half_an_hour() -> None:
    lord_howe = datetime(2026, 10, 4, 1, 10, tzinfo=zone("Australia/Lord_Howe"))

    due = due_times("45 */1 * * *", lord_howe, 3)

    assert [f"{moment:%H:%M %z}" for moment in due] == ["01:45 +1030", "02:45 +1100", "03:45 +1100"]


def test_five_minutes_are_always_five_minutes() -> None:
    due = due_times("*/5 * * * *", AUTUMN.replace(hour=1), 60)

    apart = {later.astimezone(UTC) - sooner.astimezone(UTC) for sooner, later in pairwise(due)}
    assert {gap.total_seconds() for gap in apart} == {300}


def test_a_change_is_found_to_the_second_and_only_up_to_the_end() -> None:
    before, change = datetime(2026, 3, 20, 5, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC)

    assert next_change(BERLIN, before, change) == change
    assert next_change(BERLIN, change - timedelta(seconds=1), change) == change
    assert next_change(BERLIN, before, change - timedelta(seconds=1)) is None
    assert next_change(BERLIN, change, change + timedelta(days=200)) is None
