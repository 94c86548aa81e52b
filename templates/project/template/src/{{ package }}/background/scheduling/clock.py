"""Moments with a timezone, and where a zone puts its clocks forward or back (S4)."""

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
        """Look it up again where it is read."""
        return zone, (self.key,)


@cache
def zone_names() -> frozenset[str]:
    """Give the names of all timezones, as the package `tzdata` lists them."""
    return frozenset((resources.files("tzdata") / "zones").read_text().split())


@cache
def zone(name: str) -> Zone:
    """Return the timezone of an IANA name, such as Europe/Berlin, or raise ValueError.

    Its rules are those of the package `tzdata`, which the lock file names: `ZoneInfo(name)` would
    take the machine's, and a job would be due at another time on another machine.
    """
    if name not in zone_names():
        raise ValueError(f"{name!r} is not an IANA timezone such as Europe/Berlin")
    with resources.files("tzdata.zoneinfo").joinpath(*name.split("/")).open("rb") as data:
        return Zone.from_file(data, key=name)


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
