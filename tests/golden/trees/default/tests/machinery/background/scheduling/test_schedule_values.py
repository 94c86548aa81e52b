"""Valid and invalid schedules, and their descriptions."""

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


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (Every(timedelta(minutes=5)), "every 5 minutes"),
        (
            Every(timedelta(days=2, hours=1, minutes=30, seconds=1)),
            "every 2 days 1 hour 30 minutes 1 second",
        ),
        (Daily("03:30", timezone="Europe/Berlin"), "daily at 03:30 Europe/Berlin"),
        (Crontab("0 12 * * 1-5"), "at 12:00 on Monday through Friday, UTC"),
        (
            Crontab("0 6 11,21-23 * *"),
            "at 06:00 on the 11th day of month and every day of month from 21 through 23, UTC",
        ),
        (
            Crontab("0 6 12,22,23 * *"),
            "at 06:00 on the 12th, the 22nd, and the 23rd day of month, UTC",
        ),
        (Crontab("*/21 * * * *", "Asia/Tokyo"), "every 21st minute of every hour, Asia/Tokyo"),
        (Once(NOON.astimezone(BERLIN)), "once at 2026-11-22 13:00+01:00"),
    ],
)
def test_it_can_be_said_in_words(schedule: Schedule, words: str) -> None:
    assert schedule.describe() == words


@pytest.mark.parametrize("interval", [timedelta(0), timedelta(seconds=-5), timedelta(seconds=1.5)])
def test_an_interval_is_whole_seconds(interval: timedelta) -> None:
    with pytest.raises(
        ValueError, match=f"^an interval is whole seconds, one or more, not {interval}"
    ):
        Every(interval)


@pytest.mark.parametrize("at", ["24:00", "3:30", "03:60", "03:30:00", "noon", "0٣:30"])
def test_a_time_of_day_has_hours_and_minutes(at: str) -> None:
    with pytest.raises(ValueError, match=f"^a time of day is written 00:00 to 23:59, not '{at}'"):
        Daily(at)


@pytest.mark.parametrize("timezone", ["Europe/Atlantis", "Europe", "../UTC", ""])
def test_a_timezone_has_an_iana_name(timezone: str) -> None:
    with pytest.raises(ValueError, match=f"'{timezone}' is not an IANA timezone"):
        Daily("03:30", timezone=timezone)
    with pytest.raises(ValueError, match=f"'{timezone}' is not an IANA timezone"):
        Crontab("@daily", timezone=timezone)


def test_an_impossible_expression_is_refused_when_the_schedule_is_made() -> None:
    with pytest.raises(ValueError, match="minute: '60' is not in 0-59"):
        Crontab("60 * * * *")


def test_a_moment_without_a_timezone_is_refused() -> None:
    naive = NOON.replace(tzinfo=None)

    with pytest.raises(ValueError, match="2026-11-22T12:00:00 has no timezone"):
        Once(naive)
    with pytest.raises(ValueError, match="has no timezone"):
        Every(timedelta(hours=1), anchor=naive)
    for schedule in (Every(timedelta(hours=1)), Daily("03:30"), Crontab("@daily"), Once(NOON)):
        with pytest.raises(ValueError, match="has no timezone"):
            schedule.next_after(naive)
