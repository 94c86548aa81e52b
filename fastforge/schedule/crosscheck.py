"""The due times of a schedule against a second crontab implementation, croniter.

croniter follows other rules in places. They are listed here, and ours stand: they are Debian's.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from fastforge.schedule import generated
from fastforge.schedule.choice import ScheduleChoice

DAY = timedelta(days=1)
CLOCK_CHANGE = (
    "croniter moves and repeats other times where clocks change: it is due again at a time of day "
    "that comes twice, and puts off a time that is skipped even where the hour starts with *"
)
EVERY_DAY = (
    "croniter reads a day field that lists every day as * when the other one has a * in it, and "
    "then that one decides alone; in crontab(5) only a field that starts with * does that"
)


@dataclass(frozen=True)
class Disagreement:
    """The first due time on which the two differ; `reason` is None if it is not a known one."""

    ours: datetime
    croniter: datetime
    reason: str | None


def disagreement(
    choice: ScheduleChoice, start: datetime, fires: list[datetime]
) -> Disagreement | None:
    """Compare what is due after `start` with croniter; None if it agrees or cannot tell."""
    if choice.kind not in {"daily", "cron"}:
        return None
    fields = _fields(choice)
    zone = generated.zone(choice.timezone)
    for ours, theirs in zip(
        fires, _croniter(fields, start.astimezone(zone), len(fires)), strict=True
    ):
        if ours.astimezone(UTC) != theirs.astimezone(UTC):
            return Disagreement(ours, theirs, _reason(fields, ours, theirs, zone))
    return None


def _fields(choice: ScheduleChoice) -> str:
    if choice.kind == "cron":
        return generated.canonical(choice.text)
    hour, minute = choice.text.split(":")
    return generated.canonical(f"{minute} {hour} * * *")


def _croniter(fields: str, start: datetime, count: int) -> list[datetime]:
    from croniter import croniter

    # "implement_cron_bug" is what croniter calls crontab(5)'s rule for a field that starts with *.
    times = croniter(fields, start, implement_cron_bug=True, max_years_between_matches=60)
    return [times.get_next(datetime) for _ in range(count)]


def _reason(fields: str, ours: datetime, theirs: datetime, zone: tzinfo) -> str | None:
    first, last = sorted((ours.astimezone(UTC), theirs.astimezone(UTC)))
    if generated.next_change(zone, first - DAY, min(last, first + DAY) + DAY):
        return CLOCK_CHANGE
    return EVERY_DAY if lists_every_day(fields) else None


def lists_every_day(fields: str) -> bool:
    """Tell whether one day field lists every day, the other has a *, and neither starts with it."""
    from cronsim import CronSim

    read, day, weekday = CronSim(fields, datetime.now(UTC)), *fields.split()[2::2]
    if day.startswith("*") or weekday.startswith("*"):
        return False
    every_weekday = {n % 7 for n in read.weekdays if isinstance(n, int)} == set(range(7))
    return (every_weekday and "*" in day) or (read.days == set(range(1, 32)) and "*" in weekday)
