"""Moments with a timezone, and where a zone puts its clocks forward or back (S4)."""

from bisect import bisect
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
DAY = timedelta(days=1)


def zone(name: str) -> ZoneInfo:
    """Return the timezone of an IANA name, such as Europe/Berlin, or raise ValueError."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # unknown, a folder such as "Europe", "../UTC"
        raise ValueError(f"{name!r} is not an IANA timezone such as Europe/Berlin") from None


def in_utc(moment: datetime) -> datetime:
    """Return an aware moment in UTC; a naive one is a ValueError."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no timezone, add one: tzinfo=UTC")
    return moment.astimezone(UTC)


def next_change(zone: tzinfo, start: datetime, end: datetime) -> datetime | None:
    """Return the first moment after start, up to and with end, that has another UTC offset.

    Takes moments in UTC and returns one in the zone. It looks once a day, for no zone changes its
    clocks and changes them back within one.
    """

    def changed(seconds: int) -> bool:
        later = (start + seconds * SECOND).astimezone(zone)
        return later.utcoffset() != start.astimezone(zone).utcoffset()

    while (seconds := min(end - start, DAY) // SECOND) > 0:
        if changed(seconds):
            first = bisect(range(seconds), 0, key=changed)
            return (start + first * SECOND).astimezone(zone)
        start += seconds * SECOND
    return None
