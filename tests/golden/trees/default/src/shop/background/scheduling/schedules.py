"""Schedules: at an interval, daily, by crontab, or once (S3, S4, S6).

A schedule is an immutable value that is validated when it is made and pickled into the jobstore.
Due times depend on the schedule only, not on the start of the process or the machine's timezone.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from cronsim.explain import explain

from .clock import DAY, HOUR, MINUTE, SECOND, in_utc, zone
from .crontab import canonical, next_after

UNITS = {"day": DAY, "hour": HOUR, "minute": MINUTE, "second": SECOND}
ORDINALS = {"1th": "1st", "2th": "2nd", "3th": "3rd"}  # cronsim writes 21th, 22th and 23th


@dataclass(frozen=True)
class Every:
    """At the anchor plus each multiple of an interval of whole seconds; due times are in UTC."""

    interval: timedelta
    anchor: datetime = datetime(2000, 1, 1, tzinfo=UTC)

    def __post_init__(self) -> None:
        in_utc(self.anchor)
        if self.interval < SECOND or self.interval % SECOND:
            raise ValueError(f"an interval is whole seconds, one or more, not {self.interval}")

    def next_after(self, moment: datetime) -> datetime:
        """Return the first due time after an aware moment."""
        anchor = in_utc(self.anchor)
        return anchor + ((in_utc(moment) - anchor) // self.interval + 1) * self.interval

    def describe(self) -> str:
        """Return the schedule in words."""
        rest, words = self.interval, []
        for unit, length in UNITS.items():
            count, rest = divmod(rest, length)
            words += [f"{count} {unit}{'s' * (count > 1)}"] if count else []
        return f"every {' '.join(words)}"


@dataclass(frozen=True)
class Daily:
    """Once a day at HH:MM; after a clock change that skips it; the first time if it comes twice."""

    at: str
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", self.at):
            raise ValueError(f"a time of day is written 00:00 to 23:59, not {self.at!r}")
        zone(self.timezone)

    def next_after(self, moment: datetime) -> datetime:
        """Return the first due time after an aware moment."""
        hour, minute = self.at.split(":")
        return next_after(f"{minute} {hour} * * *", in_utc(moment).astimezone(zone(self.timezone)))

    def describe(self) -> str:
        """Return the schedule in words."""
        return f"daily at {self.at} {self.timezone}"


@dataclass(frozen=True)
class Crontab:
    """Five crontab(5) fields or an alias, such as `0 12 * * mon-fri` or `@weekly`."""

    expression: str
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        canonical(self.expression)
        zone(self.timezone)

    def next_after(self, moment: datetime) -> datetime:
        """Return the first due time after an aware moment."""
        return next_after(self.expression, in_utc(moment).astimezone(zone(self.timezone)))

    def describe(self) -> str:
        """Return the schedule in words."""
        words = explain(canonical(self.expression))
        words = re.sub("(?<=[2-5])[123]th", lambda match: ORDINALS[match[0]], words)
        return f"{words[0].lower()}{words[1:]}, {self.timezone}"


@dataclass(frozen=True)
class Once:
    """Once, at a moment with a timezone."""

    at: datetime

    def __post_init__(self) -> None:
        in_utc(self.at)

    def next_after(self, moment: datetime) -> datetime | None:
        """Return the moment while it is in the future, else None."""
        return self.at if in_utc(self.at) > in_utc(moment) else None

    def describe(self) -> str:
        """Return the schedule in words."""
        return f"once at {self.at.isoformat(sep=' ', timespec='minutes')}"


Schedule: TypeAlias = Every | Daily | Crontab | Once
