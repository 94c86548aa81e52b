"""What a user says about when a job is due, read and checked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, cast, get_args

from fastforge.errors import UsageError
from fastforge.schedule import generated
from fastforge.schedule.generated import Schedule

Kind = Literal["every", "daily", "cron", "at"]
KINDS: tuple[str, ...] = get_args(Kind)
UNITS = ("days", "hours", "minutes", "seconds")
INTERVAL = re.compile(r"(?:(\d{1,5})d)?(?:(\d{1,5})h)?(?:(\d{1,5})m)?(?:(\d{1,5})s)?", re.ASCII)

EXAMPLES = {
    "every": "For example: --every 30m",
    "daily": "For example: --daily 03:30 --timezone Europe/Berlin",
    "cron": 'For example: "0 12 * * 1-5" is noon, Monday to Friday; @daily and the like work too.',
    "at": "For example: --at 2099-12-01T09:00 --timezone Europe/Berlin",
}


@dataclass(frozen=True)
class ScheduleChoice:
    """A schedule as text: what is saved among the answers, and what a template is given."""

    kind: Kind
    text: str
    timezone: str = "UTC"

    @property
    def schedule(self) -> Schedule:
        """The schedule itself; ValueError if the text is not one."""
        if self.kind == "every":
            return generated.every(read_interval(self.text))
        if self.kind == "daily":
            return generated.daily(self.text, self.timezone)
        if self.kind == "cron":
            return generated.crontab(self.text, self.timezone)
        return generated.once(read_moment(self.text, self.timezone))

    @property
    def source(self) -> str:
        """The schedule as Python, for `from ..background import Crontab, Daily, Every, Once`."""
        if self.kind == "every":
            parts = _interval_parts(self.text)
            return f"Every(timedelta({', '.join(f'{unit}={n}' for unit, n in parts.items())}))"
        if self.kind == "at":
            moment = read_moment(self.text, self.timezone)
            return f'Once(datetime.fromisoformat("{moment.isoformat(timespec="seconds")}"))'
        name = {"daily": "Daily", "cron": "Crontab"}[self.kind]
        return f'{name}("{self.text}", timezone="{self.timezone}")'


def choose(
    options: Mapping[str, str | None], timezone: str = "UTC", now: datetime | None = None
) -> ScheduleChoice:
    """Read the one of `every`, `daily`, `cron` and `at` that has a value.

    UsageError if it is none or several, not a schedule, or a moment that is over.
    """
    given = {kind: text for kind, text in options.items() if text is not None}
    if len(given) != 1:
        raise UsageError(
            "A schedule is exactly one of a crontab expression, --every, --daily and --at.",
            'For example: --every 30m, --daily 03:30, or the expression "0 12 * * 1-5".',
        )
    [(kind, text)] = given.items()
    words = " ".join(text.split())
    choice = ScheduleChoice(cast("Kind", kind), words, timezone)
    try:
        generated.zone(timezone)
        due = choice.schedule.next_after(now or datetime.now(UTC))
    except (ValueError, OverflowError) as error:
        raise UsageError(f"The schedule {text!r} is refused: {error}.", EXAMPLES[kind]) from error
    if due is None:
        raise UsageError(f"The schedule {text!r} is refused: that moment is over.", EXAMPLES[kind])
    return choice


def read_interval(text: str) -> timedelta:
    """Read `30s`, `5m`, `2h30m` or `1d`; ValueError if it is not of this form."""
    return timedelta(**_interval_parts(text))


def read_moment(text: str, timezone: str) -> datetime:
    """Read an ISO 8601 date and time, in the timezone where it says no offset.

    ValueError if it is neither, or a time that the zone's clocks skip.
    """
    if not re.match(r"\d{4}-\d\d-\d\d[T ]\d\d", text):
        raise ValueError("a moment is written like 2026-12-01T09:00")
    moment = datetime.fromisoformat(text)
    if moment.microsecond:
        raise ValueError("a moment is whole seconds")
    if moment.tzinfo is not None:
        return moment
    zone = generated.zone(timezone)
    local = moment.replace(tzinfo=zone)
    if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment:
        raise ValueError(f"the clocks in {timezone} skip it, add an offset such as +01:00")
    return local


def _interval_parts(text: str) -> dict[str, int]:
    match = INTERVAL.fullmatch(text)
    parts = (
        {unit: int(n) for unit, n in zip(UNITS, match.groups(), strict=True) if n} if match else {}
    )
    if not parts:
        raise ValueError("an interval is written like 30s, 5m, 2h30m or 1d")
    return parts
