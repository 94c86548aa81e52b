"""`Job`: one scheduled job, declared as `JOB` in `jobs/NAME.py` (S9)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar

from ..context import RunContext
from ..work import Work
from .schedules import Schedule


@dataclass(frozen=True, kw_only=True)
class Job(Work):
    """When a function runs, and what happens to late due times (S6, S7, S12).

    `misfire_grace`: a due time may run so late; older ones are recorded as missed.
    `coalesce`: of several late due times, run only the last and record the others as coalesced.
    Without it, each of them runs.
    `max_instances`: while so many runs run, over all processes, further ones are skipped.
    `jitter`: a random delay of the start, up to so long; it does not change the due time.
    """

    kind: ClassVar[str] = "job"

    schedule: Schedule
    function: Callable[[RunContext], object] = field(repr=False)
    misfire_grace: timedelta = timedelta(hours=1)
    coalesce: bool = True
    max_instances: int = 1
    jitter: timedelta = timedelta(0)
    enabled: bool = True

    @property
    def limit(self) -> int | None:
        """How many of its runs may run at once, over all processes."""
        return self.max_instances

    def call(self, context: RunContext, payload: str | None) -> object:
        """Call the function; a job has no payload."""
        del payload
        return self.function(context)
