"""Where a timezone puts its clocks forward or back (S4)."""

from bisect import bisect
from datetime import datetime, timedelta, tzinfo

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def next_change(zone: tzinfo, start: datetime, end: datetime) -> datetime | None:
    """Return the first moment after start, up to and with end, that has another UTC offset.

    Takes moments in UTC that are whole seconds apart and returns one in the zone. It looks once a
    day, for no zone changes its clocks and changes them back within one.
    """

    def changed(seconds: int) -> bool:
        later = (start + seconds * SECOND).astimezone(zone)
        return later.utcoffset() != start.astimezone(zone).utcoffset()

    while start < end:
        seconds = min(end - start, DAY) // SECOND
        if changed(seconds):
            first = bisect(range(seconds), False, key=changed)
            return (start + first * SECOND).astimezone(zone)
        start += seconds * SECOND
    return None
