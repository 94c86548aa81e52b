"""`fastforge when`: due times on stdout, advice on stderr, and exit 2 for what is no schedule."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.conftest import Fastforge

BERLIN = ZoneInfo("Europe/Berlin")


def test_a_crontab_expression_is_said_in_words_with_its_next_times(fastforge: Fastforge) -> None:
    ran = fastforge("when", "0 12 * * 1-5", "--timezone", "Asia/Shanghai")

    words, *times = ran.out.splitlines()
    assert (ran.code, ran.err) == (0, "")
    assert words == "at 12:00 on Monday through Friday, Asia/Shanghai"
    assert len(times) == 5
    assert all(line.endswith(" 12:00:00+08:00") for line in times)
    assert {line.split()[0] for line in times} == {"Mon", "Tue", "Wed", "Thu", "Fri"}


@pytest.mark.parametrize(
    ("arguments", "kind", "schedule"),
    [
        (["--every", "2h30m"], "every", "2h30m"),
        (["--daily", "03:30"], "daily", "03:30"),
        (["@hourly"], "cron", "@hourly"),
        (["*/5  *  * * *"], "cron", "*/5 * * * *"),
    ],
)
def test_json_has_the_times_with_their_offset(
    fastforge: Fastforge, arguments: list[str], kind: str, schedule: str
) -> None:
    ran = fastforge("when", *arguments, "--timezone", "Europe/Berlin", "--count", "3", "--json")

    said = json.loads(ran.out)
    fires = [datetime.fromisoformat(text) for text in said["fires"]]
    assert (ran.code, ran.err) == (0, "")
    assert (said["kind"], said["schedule"]) == (kind, schedule)
    assert said["timezone"] == "Europe/Berlin"
    assert len(fires) == 3
    assert fires == sorted(fires)
    assert fires[0] > datetime.now(UTC) - timedelta(minutes=1)
    assert [due.utcoffset() for due in fires] == [
        due.astimezone(BERLIN).utcoffset() for due in fires
    ]


def test_a_moment_is_due_once(fastforge: Fastforge) -> None:
    ran = fastforge("when", "--at", "2099-12-01T09:00", "--timezone", "Europe/Berlin", "--json")

    assert json.loads(ran.out) == {
        "kind": "at",
        "schedule": "2099-12-01T09:00",
        "timezone": "Europe/Berlin",
        "words": "once at 2099-12-01 09:00+01:00",
        "fires": ["2099-12-01T09:00:00+01:00"],
        "warnings": [],
    }


def test_what_people_trip_over_is_noted_beside_the_times(fastforge: Fastforge) -> None:
    ran = fastforge("when", "0 0 13 * fri")

    assert (ran.code, len(ran.out.splitlines())) == (0, 6)
    assert ran.err.startswith("note: Both day fields are restricted, so either will do")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["60 * * * *"], "The schedule '60 * * * *' is refused: minute: '60' is not in 0-59."),
        (["99 99 * * *"], "minute: '99' is not in 0-59"),
        (["0 0 31 2 *"], "day-of-month: '31' is in no month of '2'"),
        (["0 0 0 * * *"], "five fields (minute hour day-of-month month day-of-week)"),
        (["--every", "soon"], "an interval is written like 30s, 5m, 2h30m or 1d"),
        (["--daily", "25:00"], "a time of day is written 00:00 to 23:59"),
        (["--at", "2020-01-01T00:00"], "that moment is over"),
        (["@daily", "--timezone", "Mars/Base"], "'Mars/Base' is not an IANA timezone"),
        (["@daily", "--every", "5m"], "exactly one of"),
        ([], "exactly one of"),
    ],
)
def test_what_is_no_schedule_is_exit_2_with_a_sentence_and_an_example(
    fastforge: Fastforge, arguments: list[str], sentence: str
) -> None:
    ran = fastforge("when", *arguments, "--json")

    problem, hint = ran.err.splitlines()
    assert (ran.code, ran.out) == (2, "")
    assert problem.startswith("error: ")
    assert sentence in problem
    assert hint.startswith("  For example: ")


@pytest.mark.parametrize("count", ["0", "1001", "many"])
def test_the_count_is_1_to_1000(fastforge: Fastforge, count: str) -> None:
    ran = fastforge("when", "@daily", "--count", count)

    assert ran.code == 2
    assert "--count" in ran.err
