"""The next due times of a schedule."""

from datetime import datetime

from fastforge.schedule.generated import Schedule


def preview(schedule: Schedule, start: datetime, count: int) -> list[datetime]:
    """Return up to `count` due times after an aware moment: one of a one-off, none after 9999."""
    fires: list[datetime] = []
    try:
        while len(fires) < count and (due := schedule.next_after(start)):
            fires.append(due)
            start = due
    except OverflowError:
        pass
    return fires
