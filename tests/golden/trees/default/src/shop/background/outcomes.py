"""What comes of an attempt: its end, or another attempt (T4)."""

import traceback
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from .control import ResultError
from .models import State
from .stopping import RunCancelledError
from .work import Work

LONGEST_ERROR, LONGEST_TRACEBACK, MOST_FRAMES = 2000, 8000, 50
MACHINERY = Path(__file__).parent


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
    traceback: str | None = None


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
        trace = describe_frames(error)
        return Outcome(State.QUEUED, error, retry_at, attempt_state=state, traceback=trace)
    return Outcome(state, error, traceback=describe_frames(error))


def describe(error: BaseException) -> str:
    """Return the type and text of an error, without characters that a database cannot store."""
    return _storable("".join(traceback.format_exception_only(error)).strip())[:LONGEST_ERROR]


def describe_frames(error: BaseException) -> str | None:
    """Return the traceback of an error that a function raised, or its end; None for other errors.

    It begins in the function: how it was called is the same for all.
    """
    frames = error.__traceback__
    while frames and Path(frames.tb_frame.f_code.co_filename).is_relative_to(MACHINERY):
        frames = frames.tb_next
    if frames is None:
        return None
    lines = traceback.format_exception(type(error), error, frames, limit=-MOST_FRAMES)
    return _storable("".join(lines).strip())[-LONGEST_TRACEBACK:]


def _storable(text: str) -> str:
    return text.encode(errors="backslashreplace").decode().replace("\0", "\\0")
