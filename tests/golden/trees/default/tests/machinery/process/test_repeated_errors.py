"""A repeated error is logged once a minute."""

import logging
from unittest.mock import Mock

import pytest
from sqlalchemy.exc import OperationalError

from shop.process import repeated_errors
from shop.process.repeated_errors import RepeatedErrors

logger = logging.getLogger(__name__)
LOST = OperationalError("SELECT 1", {}, OSError("gone,\nfor good"))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """Set the time by hand."""
    clock = Mock(return_value=0.0)
    monkeypatch.setattr(repeated_errors, "monotonic", clock)
    return clock


def test_a_lost_database_is_one_line_a_minute_whoever_meets_it(
    clock: Mock, caplog: pytest.LogCaptureFixture
) -> None:
    said = RepeatedErrors()
    for second in range(120):
        clock.return_value = float(second)
        said.log(logger, "the runner waits", LOST)
        said.log(logger, "a request failed", LOST)

    assert caplog.messages == ["the runner waits: gone, for good"] * 2
    assert not any(record.exc_info for record in caplog.records)


def test_any_other_error_is_shown_with_its_traceback_once_a_minute(
    clock: Mock, caplog: pytest.LogCaptureFixture
) -> None:
    said = RepeatedErrors()
    for second in (0, 59, 60):
        clock.return_value = float(second)
        said.log(logger, "it failed", ValueError("odd"))
        said.log(logger, "it failed", KeyError("other"))

    assert caplog.messages == ["it failed"] * 4
    assert all(record.exc_info for record in caplog.records)


def test_a_long_reason_is_cut(clock: Mock, caplog: pytest.LogCaptureFixture) -> None:
    RepeatedErrors().log(logger, "lost", OperationalError("SELECT 1", {}, OSError("x" * 1000)))

    assert clock.called
    assert caplog.messages == [f"lost: {'x' * repeated_errors.LONGEST_REASON}"]


def test_a_reason_is_not_said_twice(clock: Mock, caplog: pytest.LogCaptureFixture) -> None:
    RepeatedErrors().log(
        logger, "it is gone", OperationalError("SELECT 1", {}, OSError("it is gone"))
    )

    assert clock.called
    assert caplog.messages == ["it is gone"]
