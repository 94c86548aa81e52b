"""`Job`: one scheduled job, declared as `JOB` in a file of its own name in `jobs/` (S9)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar

from ..work import RunContext, Work
from .schedules import Schedule


@dataclass(frozen=True, kw_only=True)
class Job(Work):
    """When a function runs, and what becomes of due times that could not be met (S6, S7, S12).

    `misfire_grace`: how late a due time may still be run; older ones are recorded as missed.
    `coalesce`: of several due times within the grace run the last; the others are recorded. Without
    it each of them is run.
    `max_instances`: due while so many still run, over all processes, a run is recorded as skipped.
    `jitter`: each run starts up to so much after its due time, which stays as it is.
    """

    kind: ClassVar[str] = "job"

    schedule: Schedule
    function: Callable[[RunContext], Awaitable[None] | None] = field(repr=False)
    misfire_grace: timedelta = timedelta(hours=1)
    coalesce: bool = True
    max_instances: int = 1
    jitter: timedelta = timedelta(0)
    enabled: bool = True

    @property
    def limit(self) -> int | None:
        """How many runs of it may go on at once, over all processes."""
        return self.max_instances

    def call(self, context: RunContext, payload: str | None) -> Awaitable[None] | None:
        """Call the function; a job has no payload."""
        del payload
        return self.function(context)
