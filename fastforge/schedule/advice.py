"""What people trip over in a schedule that is right as it stands."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain

from fastforge.schedule import generated
from fastforge.schedule.choice import ScheduleChoice, read_interval, read_moment

DAY = timedelta(days=1)
YEAR = timedelta(days=366)
LONGEST = {1: 31, 2: 29, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}
FEBRUARY = 2
MONTHS = "January February March April May June July August September October November December"


def advice(choice: ScheduleChoice, start: datetime) -> list[str]:
    """Return a sentence for each trap, the clock changes of the year from `start` included."""
    if choice.kind == "every":
        return list(_about_interval(read_interval(choice.text)))
    if choice.kind == "at":
        return list(_about_moment(read_moment(choice.text, choice.timezone), choice.timezone))
    if choice.kind == "daily":
        return list(_about_clock_changes(choice, start, fixed=True))
    fields = generated.canonical(choice.text).split()
    found = chain(_about_steps(fields), _about_days(fields), _about_long_months(fields))
    if fields[1] == "*":  # due every hour: the clock changes move nothing that is noticed
        return list(found)
    fixed = not (fields[0].startswith("*") or fields[1].startswith("*"))
    return [*found, *_about_clock_changes(choice, start, fixed=fixed)]


def _about_interval(interval: timedelta) -> Iterator[str]:
    if interval == DAY:
        yield "It is due at midnight UTC; --daily HH:MM chooses the time of day."
    elif DAY % interval and interval % DAY:
        yield (
            "The interval does not divide a day, so the times of day move; they are counted from "
            "2000-01-01T00:00+00:00."
        )


def _about_moment(moment: datetime, timezone: str) -> Iterator[str]:
    local = moment.astimezone(generated.zone(timezone))
    first, second = local.replace(fold=0), local.replace(fold=1)
    if first.utcoffset() != second.utcoffset():
        yield f"{local:%H:%M} comes twice on {local:%Y-%m-%d}; {moment.isoformat()} is meant."


def _about_steps(fields: list[str]) -> Iterator[str]:
    for text, unit, size, whole in (
        (fields[0], "minute", 60, "hour"),
        (fields[1], "hour", 24, "day"),
    ):
        for term in text.split(","):
            start, _, step = term.partition("/")
            if step and start == "*" and size % int(step):
                yield (
                    f"*/{step} starts anew each {whole}: {unit} 0, {step}, and so on, then a "
                    f"shorter wait up to the next {whole}; --every {step}{unit[0]} keeps the pace."
                )
    if fields[2].startswith("*/") and fields[2] != "*/1":
        yield f"{fields[2]} starts anew on the 1st of each month."


def _about_days(fields: list[str]) -> Iterator[str]:
    day, weekday = fields[2], fields[4]
    if "*" in (day, weekday):
        return
    if day.startswith("*") or weekday.startswith("*"):
        yield (
            "One of the day fields starts with *, so only days that match both day-of-month "
            f"({day}) and day-of-week ({weekday}) count."
        )
    else:
        yield (
            f"Both day fields are restricted, so either will do: day-of-month {day} as well as "
            f"each day-of-week {weekday}."
        )


def _about_long_months(fields: list[str]) -> Iterator[str]:
    from cronsim import CronSim

    if fields[2].startswith("*"):
        return
    read = CronSim(" ".join(["0", "0", "*", *fields[3:]]), datetime.now(UTC))
    days = CronSim(f"0 0 {fields[2]} * *", datetime.now(UTC)).days
    last = max(days)
    short = [
        name for n, name in enumerate(MONTHS.split(), 1) if n in read.months and LONGEST[n] < last
    ]
    if short:
        yield f"There is no day {last} in {', '.join(short)}; it is not put off."
    if last == LONGEST[FEBRUARY] and FEBRUARY in read.months:
        yield "February has a day 29 in leap years only; it is not put off."


def _about_clock_changes(choice: ScheduleChoice, start: datetime, *, fixed: bool) -> Iterator[str]:
    zone = generated.zone(choice.timezone)
    as_if_utc = ScheduleChoice(choice.kind, choice.text).schedule
    since = start.astimezone(UTC).replace(microsecond=0)
    end = since + YEAR
    while change := generated.next_change(zone, since, end):
        after = change.replace(tzinfo=None)
        moment = change.astimezone(UTC)
        before = (moment - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)
        before += timedelta(seconds=1)
        low, high = sorted((before, after))
        due = as_if_utc.next_after((low - timedelta(seconds=1)).replace(tzinfo=UTC))
        if due and due.replace(tzinfo=None) < high:
            yield _clock_change(f"{due:%H:%M}", before, after, choice.timezone, fixed=fixed)
        since = moment


def _clock_change(
    due: str, before: datetime, after: datetime, timezone: str, *, fixed: bool
) -> str:
    where = f"{timezone} on {after:%Y-%m-%d} (clocks go from {before:%H:%M} to {after:%H:%M})"
    if after > before:
        outcome = f"it is due at {after:%H:%M} instead" if fixed else "it is not due then"
        return f"There is no {due} in {where}: {outcome}."
    outcome = "only the first time" if fixed else "both times"
    return f"{due} comes twice in {where}: it is due {outcome}."
