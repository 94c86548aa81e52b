"""Timezones, and the moments at which a zone changes its clocks (S4)."""

from bisect import bisect
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
DAY = timedelta(days=1)


class Zone(ZoneInfo):
    """A timezone that is pickled by its name."""

    def __reduce__(self) -> tuple[Callable[[str], tzinfo], tuple[str]]:
        """Unpickle it by a lookup of its name."""
        return zone, (self.key,)


@cache
def zone_names() -> frozenset[str]:
    """Return the names of all timezones in the package `tzdata`."""
    return frozenset((resources.files("tzdata") / "zones").read_text().split())


@cache
def zone(name: str) -> Zone:
    """Return the timezone of an IANA name, such as Europe/Berlin, or raise ValueError.

    It uses the rules of the package `tzdata`, whose version is in the lock file. `ZoneInfo(name)`
    would use the rules of the machine, so due times could differ between machines.
    """
    if name not in zone_names():
        raise ValueError(f"{name!r} is not an IANA timezone such as Europe/Berlin")
    with resources.files("tzdata.zoneinfo").joinpath(*name.split("/")).open("rb") as data:
        return Zone.from_file(data, key=name)


def in_utc(moment: datetime) -> datetime:
    """Return an aware moment in UTC; raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no timezone, add one: tzinfo=UTC")
    return moment.astimezone(UTC)


def next_change(zone: tzinfo, start: datetime, end: datetime) -> datetime | None:
    """Return the first moment after start, up to and including end, with another UTC offset.

    Takes moments in UTC and returns one in the zone. It searches in steps of a day, because no zone
    changes its clocks and changes them back within a day.
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
