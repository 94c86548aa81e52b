import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from shop.background import RetryLater
from shop.background.retries import Backoff
from shop.background.work import Work

SECOND = timedelta(seconds=1)
WEEK = timedelta(days=7)
NO_ANSWER = OSError()


def test_a_wait_has_up_to_half_of_it_as_jitter() -> None:
    """T4: runs that failed together are not tried again together."""
    work = Work(name="note", retry_delay=8 * SECOND)

    seconds = [work.delay(1, NO_ANSWER).total_seconds() for _ in range(200)]

    assert all(4 <= each <= 8 for each in seconds)
    assert max(seconds) - min(seconds) > 2


@pytest.mark.parametrize(
    ("backoff", "waits"),
    [("exponential", [2, 4, 8, 16]), ("linear", [2, 4, 6, 8]), ("constant", [2, 2, 2, 2])],
)
def test_the_next_wait_grows_as_the_backoff_says(
    backoff: Backoff, waits: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """T4."""
    monkeypatch.setattr("random.uniform", max)
    work = Work(name="note", retry_delay=2 * SECOND, backoff=backoff)

    assert [work.delay(n, NO_ANSWER) for n in (1, 2, 3, 4)] == [n * SECOND for n in waits]


@pytest.mark.parametrize(
    ("policy", "longest"),
    [
        ({"retry_delay": 2 * SECOND}, timedelta(hours=1)),
        ({"retry_delay": 2 * SECOND, "longest_delay": 9 * SECOND}, 9 * SECOND),
        ({"retry_delay": 2 * SECOND, "longest_delay": 9 * SECOND, "backoff": "linear"}, 9 * SECOND),
        ({"retry_delay": timedelta(hours=6)}, timedelta(hours=6)),
        ({"retry_delay": timedelta(milliseconds=1)}, timedelta(milliseconds=2**16)),
    ],
)
def test_a_wait_ends_at_the_longest_or_at_the_first(
    policy: dict[str, Any], longest: timedelta
) -> None:
    """T4."""
    assert longest / 2 <= Work(name="note", **policy).delay(1000, NO_ANSWER) <= longest


def test_a_backoff_that_is_none_is_refused_with_the_name_of_the_first_wait() -> None:
    """T4: once the first wait had this name."""
    wait: Any = SECOND
    problem = "exponential, linear, constant; how long the first wait is, says retry_delay"

    with pytest.raises(ValueError, match=re.escape(problem)):
        Work(name="note", backoff=wait)


def test_only_errors_that_may_pass_are_retried_and_only_so_often() -> None:
    """T4: the task says which exceptions are final."""
    work = Work(name="note", retries=2, final=(ValueError,))

    assert work.may_retry(1, OSError())
    assert work.may_retry(2, OSError())
    assert not work.may_retry(3, OSError())
    assert not work.may_retry(1, UnicodeError())
    assert not work.may_retry(1, SystemExit())
    assert not work.may_retry(1, KeyboardInterrupt())


def test_work_may_name_what_is_retried() -> None:
    """T4: and what of it is final."""
    work = Work(name="note", retries=1, retry_on=(OSError,), final=(FileNotFoundError,))

    assert work.may_retry(1, ConnectionError())
    assert work.may_retry(1, RetryLater())
    assert not work.may_retry(2, RetryLater())
    assert not work.may_retry(1, FileNotFoundError())
    assert not work.may_retry(1, ValueError())


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (90, 90 * SECOND),
        (timedelta(hours=3), timedelta(hours=3)),
        (-1, timedelta(0)),
        (timedelta(days=8), WEEK),
        (float("inf"), WEEK),
    ],
)
def test_an_error_may_ask_for_a_wait_of_up_to_a_week(
    asked: float | timedelta, given: timedelta
) -> None:
    """T4: the server knows best, so it is exact, and may be longer than the longest."""
    work = Work(name="note", longest_delay=2 * SECOND)

    assert work.delay(1, RetryLater(asked, "busy")) == given
    assert str(RetryLater(asked, "busy")) == "busy"
    assert str(RetryLater(asked)) == "try later"


@pytest.mark.parametrize("text", [" 120 ", "9" * 400])
def test_a_header_may_say_how_many_seconds_to_wait(text: str) -> None:
    """T4: RFC 9110, 10.2.3."""
    busy = RetryLater.from_header(text, "busy")

    assert (str(busy), busy.wait) == ("busy", min(float(text), WEEK.total_seconds()))


@pytest.mark.parametrize("usegmt", [True, False])
def test_a_header_may_say_when_to_come_back(*, usegmt: bool) -> None:
    """T4: RFC 9110, 10.2.3; a date without a zone is one of UTC too."""
    at = (datetime.now(UTC) + timedelta(hours=1)).replace(microsecond=0)
    text = format_datetime(at if usegmt else at.replace(tzinfo=None), usegmt=usegmt)

    busy = RetryLater.from_header(text, "busy")

    assert str(busy) == "busy"
    assert busy.wait is not None
    assert 0 <= at.timestamp() - datetime.now(UTC).timestamp() <= busy.wait <= 3600


@pytest.mark.parametrize("text", [None, "", "soon", "-1", f"Mon, 01 Jan 2026 00:00:{'9' * 30} GMT"])
def test_a_header_that_says_nothing_leaves_the_wait_to_the_work(text: str | None) -> None:
    """T4."""
    busy = RetryLater.from_header(text, "busy")

    assert (str(busy), busy.wait) == ("busy", None)
    assert Work(name="note", retry_delay=SECOND).delay(1, busy) <= SECOND
