"""What the store holds of a job besides its id: a trigger and a function that is never called.

Rows of the store name this module and `schedules`: where they move, jobs are made anew (S8).
"""

from datetime import UTC, datetime

from apscheduler.triggers.base import BaseTrigger

from .schedules import Schedule


class ScheduleTrigger(BaseTrigger):
    """Gives APScheduler the due times of a schedule: the same ones whenever it started (S6)."""

    def __init__(self, schedule: Schedule) -> None:
        """Wrap a schedule; pickled with the job."""
        self.schedule = schedule

    def get_next_fire_time(  # pyright: ignore[reportIncompatibleMethodOverride] (it has no types)
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        """Give the due time after the previous one, or after `now` for the first.

        It is in UTC: the store keeps it, and a zone's rules may be others when it is read again.
        """
        due = self.schedule.next_after(previous_fire_time or now)
        return due and due.astimezone(UTC)


def dispatch(**stored: str) -> None:
    """Stand as the function of every stored job: what it does is found by its id (S8)."""


DISPATCHER = f"{__name__}:{dispatch.__name__}"
