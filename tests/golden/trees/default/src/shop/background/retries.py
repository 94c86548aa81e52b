"""When a run that raised is tried again (T4)."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal, get_args

Backoff = Literal["exponential", "linear", "constant"]
LONGEST_ASKED_SECONDS = 7 * 86400.0
"""Who asks for a longer wait gets this one."""


class RetryLater(Exception):  # noqa: N818 (it is an order more than an error)
    """Raised by the function of a run: try again after `wait`, in seconds, if retries are left.

    The wait is up to a week, whatever `longest_delay` is; without one, the run waits as usual.
    """

    def __init__(self, wait: timedelta | float | None = None, reason: str = "try later") -> None:
        """Say how long to wait, and why."""
        super().__init__(reason)
        seconds = wait.total_seconds() if isinstance(wait, timedelta) else wait
        self.wait = None if seconds is None else max(0.0, min(seconds, LONGEST_ASKED_SECONDS))

    @classmethod
    def from_header(cls, retry_after: str | None, reason: str) -> "RetryLater":
        """Wait as the header `Retry-After` of an HTTP answer says, if it says anything.

        It holds seconds or a date (RFC 9110, 10.2.3).
        """
        text = (retry_after or "").strip()
        if text.isdecimal():
            return cls(float(text), reason)
        try:
            date = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return cls(None, reason)
        return cls(date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC), reason)


@dataclass(frozen=True, kw_only=True)
class Retries:
    """How often and when a run that raised is tried again.

    `retries`: so often. `retry_delay`: the first wait. `backoff`: the next wait is twice as long
    ("exponential"), longer by another `retry_delay` ("linear"), or the same ("constant"); it ends
    at `longest_delay`. A random part of each wait, up to half, is left out.
    `retry_on`: only these exceptions are retried, and `RetryLater`. `final`: these are not.
    """

    retries: int = 0
    retry_delay: timedelta = timedelta(seconds=5)
    backoff: Backoff = "exponential"
    longest_delay: timedelta = timedelta(hours=1)
    retry_on: tuple[type[Exception], ...] = (Exception,)
    final: tuple[type[BaseException], ...] = ()

    def __post_init__(self) -> None:
        """Refuse a backoff that is none; raises ValueError."""
        if self.backoff not in get_args(Backoff):
            kinds = ", ".join(get_args(Backoff))
            message = f"backoff is one of {kinds}; how long the first wait is, says retry_delay"
            raise ValueError(message)

    def may_retry(self, attempt: int, error: BaseException) -> bool:
        """Tell whether a run is retried that raised `error` at `attempt`."""
        retryable = isinstance(error, (*self.retry_on, RetryLater))
        return retryable and not isinstance(error, self.final) and attempt <= self.retries

    def delay(self, attempt: int, error: BaseException) -> timedelta:
        """Return the wait after `attempt`: as the backoff is, or as `error` asks."""
        if isinstance(error, RetryLater) and error.wait is not None:
            return timedelta(seconds=error.wait)
        growth = {"exponential": 2.0 ** min(attempt - 1, 16), "linear": attempt, "constant": 1}
        longest = max(self.longest_delay, self.retry_delay)
        wait = min(self.retry_delay * growth[self.backoff], longest)
        return wait * random.uniform(0.5, 1)  # noqa: S311 (spread, not secrecy)
