"""The trigger and the function that the jobstore keeps of a job; the function is never called.

Pickled rows contain the names of this module and of `schedules`. If one of these moves, the next
start adds all jobs again (S8).
"""

from datetime import UTC, datetime

from apscheduler.triggers.base import BaseTrigger

from .schedules import Schedule


class ScheduleTrigger(BaseTrigger):
    """Returns the due times of a schedule to APScheduler; they do not depend on the start (S6)."""

    def __init__(self, schedule: Schedule) -> None:
        """Wrap a schedule, which is pickled with the job."""
        self.schedule = schedule

    def get_next_fire_time(  # pyright: ignore[reportIncompatibleMethodOverride] (it has no types)
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        """Return the due time after the previous one, or the first after `now`.

        It is in UTC, because the rules of a zone may change before the store is read again.
        """
        due = self.schedule.next_after(previous_fire_time or now)
        return due and due.astimezone(UTC)


def dispatch(**stored: str) -> None:
    """Serve as the function of every stored job, whose code is found by its id (S8)."""


DISPATCHER = f"{__name__}:{dispatch.__name__}"
