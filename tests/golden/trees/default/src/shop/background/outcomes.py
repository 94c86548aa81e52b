"""What comes of an attempt: its end, or another attempt (T4)."""

import traceback
from dataclasses import dataclass
from datetime import datetime, timedelta

from .control import ResultError
from .models import State
from .stopping import RunCancelledError
from .work import Work

LONGEST_ERROR = 2000


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of an attempt; QUEUED means that it will be repeated at `retry_at`."""

    state: State
    error: BaseException | None = None
    retry_at: datetime | None = None
    attempt_state: State = State.FAILED
    """How this attempt ended, if it will be repeated."""
    result: str | None = None
    progress: str | None = None
    """Only what is not written yet."""


class RunTimeoutError(Exception):
    """The run took longer than its `timeout`."""


def timed_out(timeout: timedelta | None) -> RunTimeoutError:
    """Return the error of a run that took too long."""
    return RunTimeoutError(f"took longer than {timeout}")


def classify(work: Work, attempt: int, error: BaseException | None, now: datetime) -> Outcome:
    """Return the outcome of an attempt that raised `error`, or succeeded without one."""
    if error is None:
        return Outcome(State.SUCCEEDED)
    if isinstance(error, ResultError):  # the work is done
        return Outcome(State.FAILED, error)
    if isinstance(error, RunCancelledError | KeyboardInterrupt):  # Ctrl-C in the foreground
        return Outcome(State.CANCELLED)
    if isinstance(error, RunTimeoutError):
        again, state = work.may_repeat(attempt), State.TIMED_OUT
    else:
        again, state = work.may_retry(attempt, error), State.FAILED
    if again:
        retry_at = now + work.delay(attempt, error)
        return Outcome(State.QUEUED, error, retry_at=retry_at, attempt_state=state)
    return Outcome(state, error)


def describe(error: BaseException) -> str:
    """Return the type and text of an error, without characters that a database cannot store."""
    text = "".join(traceback.format_exception_only(error)).strip()
    storable = text.encode(errors="backslashreplace").decode().replace("\0", "\\0")
    return storable[:LONGEST_ERROR]
