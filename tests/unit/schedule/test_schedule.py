"""What a user may say about when a job is due, and what is said back."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fastforge.errors import UsageError
from fastforge.render import packaged_templates
from fastforge.schedule import (
    Kind,
    ScheduleChoice,
    advice,
    choose,
    disagreement,
    generated,
    preview,
)

NOW = datetime(2026, 11, 22, 12, 0, 30, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("choice", "source", "words", "first"),
    [
        (
            ScheduleChoice("every", "2h30m"),
            "Every(timedelta(hours=2, minutes=30))",
            "every 2 hours 30 minutes",
            "2026-11-22T14:30:00+00:00",
        ),
        (
            ScheduleChoice("every", "1d1s"),
            "Every(timedelta(days=1, seconds=1))",
            "every 1 day 1 second",
            "2026-11-23T02:43:43+00:00",
        ),
        (
            ScheduleChoice("daily", "03:30", "Europe/Berlin"),
            'Daily("03:30", timezone="Europe/Berlin")',
            "daily at 03:30 Europe/Berlin",
            "2026-11-23T03:30:00+01:00",
        ),
        (
            ScheduleChoice("cron", "0 12 * * mon-fri"),
            'Crontab("0 12 * * mon-fri", timezone="UTC")',
            "at 12:00 on Monday through Friday, UTC",
            "2026-11-23T12:00:00+00:00",
        ),
        (
            ScheduleChoice("at", "2026-12-01T09:00", "Europe/Berlin"),
            'Once(datetime.fromisoformat("2026-12-01T09:00:00+01:00"))',
            "once at 2026-12-01 09:00+01:00",
            "2026-12-01T09:00:00+01:00",
        ),
        (
            ScheduleChoice("at", "2026-12-01T09:00-05:00", "Europe/Berlin"),
            'Once(datetime.fromisoformat("2026-12-01T09:00:00-05:00"))',
            "once at 2026-12-01 09:00-05:00",
            "2026-12-01T09:00:00-05:00",
        ),
    ],
)
def test_a_choice_becomes_python_and_words_and_times(
    choice: ScheduleChoice, source: str, words: str, first: str
) -> None:
    assert choose({"daily": None, choice.kind: f" {choice.text} "}, choice.timezone, NOW) == choice
    assert choice.source == source
    assert choice.schedule.describe() == words
    assert [due.isoformat() for due in preview(choice.schedule, NOW, 1)] == [first]


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        ("every", "5", "an interval is written like 30s, 5m, 2h30m or 1d"),
        ("every", "", "an interval is written like 30s, 5m, 2h30m or 1d"),
        ("every", "30m2h", "an interval is written like 30s, 5m, 2h30m or 1d"),
        ("every", "-5m", "an interval is written like 30s, 5m, 2h30m or 1d"),
        ("every", "0s", "an interval is whole seconds, one or more, not 0:00:00"),
        ("daily", "3:30", "a time of day is written 00:00 to 23:59, not '3:30'"),
        ("cron", "60 * * * *", "minute: '60' is not in 0-59"),
        ("cron", "0 0 31 2 *", "day-of-month: '31' is in no month of '2'"),
        ("at", "2026-12-01", "a moment is written like 2026-12-01T09:00"),
        ("at", "2026-13-01T09:00", "month must be in 1..12"),
        ("at", "2026-11-22T12:00", "that moment is over"),
        ("at", "2099-12-01T09:00:00.5", "a moment is whole seconds"),
        ("at", "2027-03-28T02:30", "the clocks in Europe/Berlin skip it"),
    ],
)
def test_what_is_no_schedule_is_refused_with_the_reason_and_an_example(
    kind: Kind, text: str, reason: str
) -> None:
    with pytest.raises(UsageError) as refused:
        choose({kind: text}, "Europe/Berlin", NOW)

    assert f"The schedule {text!r} is refused: {reason}" in refused.value.message
    assert refused.value.hint.startswith("For example: ")


@pytest.mark.parametrize("options", [{}, {"cron": None}, {"every": "5m", "daily": "03:30"}])
def test_exactly_one_schedule_is_wanted(options: dict[str, str | None]) -> None:
    with pytest.raises(UsageError, match="exactly one of"):
        choose(options)


@pytest.mark.parametrize("kind", ["every", "daily", "cron", "at"])
def test_an_unknown_timezone_is_refused_for_each_kind(kind: Kind) -> None:
    text = {"every": "5m", "daily": "03:30", "cron": "@daily", "at": "2099-01-01T00:00Z"}[kind]

    with pytest.raises(UsageError, match="'Mars/Base' is not an IANA timezone"):
        choose({kind: text}, "Mars/Base")


def test_the_preview_of_a_one_off_is_one_time_and_ends_with_the_calendar() -> None:
    once = ScheduleChoice("at", "2026-12-01T09:00").schedule
    centuries = ScheduleChoice("every", "99999d").schedule

    assert preview(once, NOW, 5) == [datetime(2026, 12, 1, 9, tzinfo=UTC)]
    assert 0 < len(preview(centuries, NOW, 1000)) < 100


GAP = "There is no 02:30 in Europe/Berlin on 2027-03-28 (clocks go from 02:00 to 03:00): it is "
OVERLAP = "02:30 comes twice in Europe/Berlin on 2027-10-31 (clocks go from 03:00 to 02:00): it is "
TIME_OF_DAY = [f"{GAP}due at 03:00 instead.", f"{OVERLAP}due only the first time."]
SHORT_MONTHS = "February, April, June, September, November"


@pytest.mark.parametrize(
    ("choice", "warnings"),
    [
        (ScheduleChoice("every", "30m"), []),
        (ScheduleChoice("every", "2d"), []),
        (ScheduleChoice("every", "1d"), ["It is due at midnight UTC; --daily HH:MM chooses"]),
        (ScheduleChoice("every", "24h"), ["It is due at midnight UTC; --daily HH:MM chooses"]),
        (ScheduleChoice("every", "7h"), ["The interval does not divide a day"]),
        (ScheduleChoice("daily", "02:30"), []),
        (ScheduleChoice("daily", "03:00", "Europe/Berlin"), []),
        (ScheduleChoice("daily", "02:30", "Europe/Berlin"), TIME_OF_DAY),
        (ScheduleChoice("cron", "30 2 * * *", "Europe/Berlin"), TIME_OF_DAY),
        (ScheduleChoice("cron", "30 2 * * mon", "Europe/Berlin"), []),
        (ScheduleChoice("cron", "30 * * * *", "Europe/Berlin"), []),
        (
            ScheduleChoice("cron", "30 */2 * * *", "Europe/Berlin"),
            [f"{GAP}not due then.", f"{OVERLAP}due both times."],
        ),
        (ScheduleChoice("cron", "*/15 * * * 1-5"), []),
        (ScheduleChoice("cron", "0 */8 * * *"), []),
        (
            ScheduleChoice("cron", "*/7 * * * *"),
            ["*/7 starts anew each hour: minute 0, 7, and so on"],
        ),
        (ScheduleChoice("cron", "0 */5 * * *"), ["*/5 starts anew each day: hour 0, 5, and so on"]),
        (ScheduleChoice("cron", "0 0 */2 * *"), ["*/2 starts anew on the 1st of each month."]),
        (ScheduleChoice("cron", "0 0 13 * fri"), ["Both day fields are restricted, so either"]),
        (
            ScheduleChoice("cron", "0 0 */2 * fri"),
            ["*/2 starts anew on the 1st", "One of the day fields starts with *, so only days"],
        ),
        (ScheduleChoice("cron", "0 0 28 * *"), []),
        (ScheduleChoice("cron", "0 0 31 1,12 *"), []),
        (
            ScheduleChoice("cron", "0 0 30 * *"),
            ["There is no day 30 in February; it is not put off."],
        ),
        (
            ScheduleChoice("cron", "0 0 1,31 * *"),
            [f"There is no day 31 in {SHORT_MONTHS}; it is not put off."],
        ),
        (ScheduleChoice("cron", "0 0 29 1,2 *"), ["February has a day 29 in leap years only"]),
        (ScheduleChoice("at", "2027-10-31T03:30", "Europe/Berlin"), []),
        (
            ScheduleChoice("at", "2027-10-31T02:30", "Europe/Berlin"),
            ["02:30 comes twice on 2027-10-31; 2027-10-31T02:30:00+02:00 is meant."],
        ),
    ],
)
def test_what_people_trip_over_is_said(choice: ScheduleChoice, warnings: list[str]) -> None:
    found = advice(choice, NOW)

    assert len(found) == len(warnings), found
    for sentence, beginning in zip(found, warnings, strict=True):
        assert sentence.startswith(beginning)


@pytest.mark.parametrize(
    "choice",
    [
        ScheduleChoice("every", "5m"),
        ScheduleChoice("daily", "03:30", "Europe/Berlin"),
        ScheduleChoice("cron", "0 12 * * fri-sun"),
        ScheduleChoice("cron", "0 0 */2 * sun", "America/New_York"),
        ScheduleChoice("cron", "0 0 29 2 *"),
    ],
)
def test_croniter_agrees(choice: ScheduleChoice) -> None:
    assert disagreement(choice, NOW, preview(choice.schedule, NOW, 5)) is None


@pytest.mark.parametrize(
    "expression",
    [
        *("0 5-5 * * *", "5-5 * * * *", "0 5-5/2 * * *", "0 5-5,7 * * *", "0 05-5 * * *"),
        *("0 0 1-1 * *", "0 0 * 3-3 *", "0 0 * jan-jan *", "0 0 * * mon-mon", "0 0 * * 7-7"),
        *("0 0 * * sun-sun/1", "0 0 1-1,15-15 * 5-5", "59-59 23-23 31-31 12-12 *"),
        *("0 22-2 * * *", "0 0 * * fri-mon", "50-10/5 * * * *", "0 0 * * 0-7", "0 0 * * 7-0"),
    ],
)
def test_a_range_with_equal_ends_is_one_value(expression: str) -> None:
    choice = ScheduleChoice("cron", expression)
    fires = preview(choice.schedule, NOW, 8)

    assert disagreement(choice, NOW, fires) is None
    if expression == "0 5-5/2 * * *":
        assert {(due.hour, due.minute) for due in fires} == {(5, 0)}


@pytest.mark.parametrize(
    ("choice", "start", "reason"),
    [
        (ScheduleChoice("daily", "02:30", "Europe/Berlin"), "2026-10-24", "where clocks change"),
        (
            ScheduleChoice("cron", "48 */3 * * *", "Africa/Cairo"),
            "2026-04-22",
            "where clocks change",
        ),
        (ScheduleChoice("cron", "0 0 15,*/9 * 1-7"), "2026-11-01", "that lists every day as *"),
    ],
)
def test_where_croniter_follows_another_rule_it_is_named(
    choice: ScheduleChoice, start: str, reason: str
) -> None:
    since = datetime.fromisoformat(start).replace(tzinfo=UTC)

    found = disagreement(choice, since, preview(choice.schedule, since, 20))

    assert found is not None
    assert found.reason is not None
    assert reason in found.reason


def test_a_disagreement_that_is_not_known_has_no_reason() -> None:
    noon = ScheduleChoice("cron", "0 12 * * *")
    wrong = [due + timedelta(hours=1) for due in preview(noon.schedule, NOW, 5)]

    found = disagreement(noon, NOW, wrong)

    assert found is not None
    assert found.croniter == datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert found.reason is None


def test_loading_the_schedules_leaves_nothing_between_the_templates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = packaged_templates() / generated.FOLDER
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    for name in [name for name in sys.modules if name.startswith(generated.PACKAGE)]:
        monkeypatch.delitem(sys.modules, name)

    assert generated.canonical("@daily") == "0 0 * * *"

    loaded = sys.modules[f"{generated.PACKAGE}.crontab"].__file__
    assert Path(loaded or "").parent == folder
    assert not (folder / "__pycache__").exists()
    assert not sys.dont_write_bytecode
