"""What a crontab expression means (S3)."""

from datetime import UTC, datetime

import pytest

from shop.background.scheduling.crontab import (
    canonical,
    next_after,
)

SUNDAY = datetime(2026, 11, 22, tzinfo=UTC)


def due_times(expression: str, moment: datetime, count: int) -> list[datetime]:
    """Return the next due times."""
    found: list[datetime] = []
    for _ in range(count):
        moment = next_after(expression, moment)
        found.append(moment)
    return found


def due_days(expression: str) -> str:
    """Name the weekdays on which it is due, in the week from a Sunday on."""
    week = due_times(expression, SUNDAY, 7)
    return " ".join(f"{due:%a}" for due in week if (due - SUNDAY).days < 7)


@pytest.mark.parametrize(
    ("expression", "days"),
    [
        ("0 12 * * 1-5", "Mon Tue Wed Thu Fri"),
        ("0 12 * * mon-fri", "Mon Tue Wed Thu Fri"),
        ("0 12 * * 0", "Sun"),
        ("0 12 * * 7", "Sun"),
        ("0 12 * * 0-7", "Sun Mon Tue Wed Thu Fri Sat"),
        ("0 12 * * SUN-tue", "Sun Mon Tue"),
        ("0 12 * * fri-sun", "Sun Fri Sat"),
        ("0 12 * * 5-7", "Sun Fri Sat"),
        ("0 12 * * mon,wed-thu", "Mon Wed Thu"),
        ("0 12 * * */2", "Sun Tue Thu Sat"),
        ("0 12 * * 1-5/2", "Mon Wed Fri"),
        ("0 12 * * sat-wed/2", "Mon Wed Sat"),
    ],
)
def test_weekdays_are_counted_from_sunday_as_0_or_7(expression: str, days: str) -> None:
    assert due_days(expression) == days


@pytest.mark.parametrize(
    ("expression", "fields"),
    [
        ("@hourly", "0 * * * *"),
        ("@daily", "0 0 * * *"),
        ("@midnight", "0 0 * * *"),
        ("@weekly", "0 0 * * 0"),
        ("@monthly", "0 0 1 * *"),
        ("@yearly", "0 0 1 1 *"),
        (" @Annually ", "0 0 1 1 *"),
        ("0 22-2 * nov-feb *", "0 22,23,0,1,2 * 11,12,1,2 *"),
        ("0 5-5,8 * jan-jan/2 sun-sun", "0 5,8 * 1 0"),
        ("55-5/5 * 30-2 * *", "55,0,5 * 30,31,1,2 * *"),
        ("5/20 */24 */31 */12 */7", "5/20 */24 */31 */12 */7"),
        ("0,59 23 1 jan,feb,mar,apr,may,jun *", "0,59 23 1 1,2,3,4,5,6 *"),
        ("0 0 1 jul,aug,sep,oct,nov,dec *", "0 0 1 7,8,9,10,11,12 *"),
        ("0 0 * * sun,mon,tue,wed,thu,fri,sat", "0 0 * * 0,1,2,3,4,5,6"),
    ],
)
def test_aliases_names_and_wrapping_ranges_become_plain_fields(
    expression: str, fields: str
) -> None:
    assert canonical(expression) == fields


def test_it_is_due_after_the_moment_and_never_at_it() -> None:
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)

    assert next_after("0 12 * * *", noon) == datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert next_after("*/5 * * * *", noon) == datetime(2026, 11, 23, 12, 5, tzinfo=UTC)
    assert next_after("*/5 * * * *", noon.replace(microsecond=1)).minute == 5
    assert next_after("0 12 * * *", noon.replace(hour=11, minute=59, second=59)) == noon


def test_with_both_days_restricted_either_will_do() -> None:
    due = due_times("0 0 13 * fri", SUNDAY, 4)

    assert [f"{day:%a %d %b}" for day in due] == [
        "Fri 27 Nov",
        "Fri 04 Dec",
        "Fri 11 Dec",
        "Sun 13 Dec",
    ]


def test_a_day_field_that_starts_with_a_star_restricts_the_other() -> None:
    due = due_times("0 0 */2 * sun", SUNDAY, 2)

    assert [f"{day:%a %d %b}" for day in due] == ["Sun 29 Nov", "Sun 13 Dec"]


def test_the_29th_of_february_waits_for_a_leap_year() -> None:
    assert next_after("0 0 29 2 *", SUNDAY) == datetime(2028, 2, 29, tzinfo=UTC)
    assert next_after("* 0 29 2 *", SUNDAY) == datetime(2028, 2, 29, tzinfo=UTC)
