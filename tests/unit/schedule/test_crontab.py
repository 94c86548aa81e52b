"""The template's crontab against two implementations that are not the one it is built on.

Both are asked what a clock without changes would do, and each due time on that clock is then given
its moments in a zone by the rule below, so that nothing near a clock change has to be left out.

Three readings differ. They are not compared; ours are those of Debian's cron:

- croniter takes a day field that lists every day for `*` when the other one has a `*` in it
  (`15,*/9 * 1-7`), and then that one decides alone. Debian's cron looks at the first character.
- croniter takes a range of one value (`4-4`) for a wrapping one, that is for every value. For
  Debian's cron it is that value. The generated expressions have none.
- cron-converter turns 7 into 0 before it steps, so `3-7/2` is Wednesday and Friday. For Debian's
  cron it is Sunday too.

For two restricted day fields cron-converter wants both. To have either it is asked for each alone.
"""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from heapq import merge
from itertools import islice

import pytest
from cron_converter import Cron
from croniter import croniter

from fastforge.schedule import generated, preview
from fastforge.schedule.crosscheck import lists_every_day

EXPRESSIONS = 2000
FIRES = 20
BOUNDS = ((0, 59, 60), (0, 23, 24), (1, 31, 31), (1, 12, 12), (0, 7, 7))
STARS = (0.15, 0.35, 0.55, 0.6, 0.5)
NAMES = {
    3: ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    4: ("sun", "mon", "tue", "wed", "thu", "fri", "sat"),
}
# A zone, and noon of the day before its clocks change (UTC: of any day).
STARTS = {
    "UTC": ("2026-05-05", "2027-12-30"),
    "Europe/Berlin": ("2026-03-28", "2026-10-24"),
    "America/New_York": ("2026-03-07", "2026-10-31"),
    "Australia/Lord_Howe": ("2026-04-04", "2026-10-03"),  # by half an hour
    "Africa/Cairo": ("2026-04-23", "2026-10-29"),  # at midnight
    "Antarctica/Troll": ("2026-03-28", "2026-10-24"),  # by two hours
}

Clock = Iterator[datetime]
"""Due times on a clock that never changes, written as UTC."""


def a_term(chance: random.Random, field: int) -> str:
    low, high, size = BOUNDS[field]
    kind = chance.random()
    if field in NAMES and kind < 0.15:
        return chance.choice(NAMES[field])
    if kind < 0.5:
        return str(chance.randint(low, high))
    if kind < 0.75:
        first, last = sorted(chance.sample(range(low, high + 1), 2))
        step = f"/{chance.randint(1, last - first)}" if chance.random() < 0.3 else ""
        return f"{first}-{last}{step}"
    return f"*/{chance.randint(1, size)}"


def an_expression(chance: random.Random) -> str:
    return " ".join(
        "*"
        if chance.random() < star
        else ",".join(a_term(chance, field) for _ in range(chance.choice((1, 1, 1, 2, 3))))
        for field, star in enumerate(STARS)
    )


def possible(expression: str) -> bool:
    try:
        generated.canonical(expression)
    except ValueError:
        return False
    return True


def expressions() -> list[str]:
    chance = random.Random(20261122)  # noqa: S311 (not a secret)
    drawn = iter(lambda: an_expression(chance), None)
    return list(islice(filter(possible, drawn), EXPRESSIONS))


def by_croniter(expression: str, start: datetime) -> Clock:
    # Its "cron bug" is the rule of crontab(5) for a day field that starts with a star.
    times = croniter(expression, start, implement_cron_bug=True, max_years_between_matches=60)
    while True:
        yield times.get_next(datetime)


def by_cron_converter(expression: str, start: datetime) -> Clock:
    minute, hour, day, month, weekday = expression.split()
    if day.startswith("*") or weekday.startswith("*"):
        return iter(Cron(expression).schedule(start))
    by_day = Cron(f"{minute} {hour} {day} {month} *").schedule(start)
    by_weekday = Cron(f"{minute} {hour} * {month} {weekday}").schedule(start)
    return merge(until_it_gives_up(by_day), until_it_gives_up(by_weekday))


def until_it_gives_up(clock: Clock) -> Clock:
    """Stop where cron-converter finds nothing within two years, such as February's day 30."""
    try:
        yield from clock
    except Exception as error:  # noqa: BLE001 (it raises no other)
        assert "Unable to find execution time" in str(error)  # noqa: PT017


OTHERS: dict[Callable[[str, datetime], Clock], Callable[[str], bool]] = {
    by_croniter: lists_every_day,
    by_cron_converter: lambda expression: "-7/" in expression,
}


def moments(wall: datetime, zone: tzinfo, *, time_of_day: bool) -> list[datetime]:
    """Apply the rule of Debian's cron to what the clock shows; in UTC.

    A job at a time of day runs once: the first of two, and after a gap when that has left it out.
    One whose minute or hour starts with a star runs whenever the clock shows its time.
    """
    naive = wall.replace(tzinfo=None)
    both = {naive.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    real = sorted(at for at in both if at.astimezone(zone).replace(tzinfo=None) == naive)
    if time_of_day and not real:
        return moments(wall + timedelta(minutes=1), zone, time_of_day=True)
    return real[:1] if time_of_day else real


def in_zone(expression: str, clock: Clock, zone: tzinfo, start: datetime) -> list[datetime]:
    """Give the first due times after start that follow from those on a clock without changes."""
    time_of_day = not any(field.startswith("*") for field in expression.split()[:2])
    found: list[datetime] = []
    for wall in clock:
        found += [at for at in moments(wall, zone, time_of_day=time_of_day) if at > start]
        # Later times on the clock add nothing before the first moment of this one.
        settled = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
        if len(found) >= FIRES and sum(at <= settled for at in set(found)) >= FIRES:
            break
    return sorted(set(found))[:FIRES]


def due_times(expression: str, zone: str, start: datetime) -> list[datetime]:
    """Give the first due times after start as the template has them, in UTC."""
    fires = preview(generated.crontab(expression, zone), start, FIRES)
    return [due.astimezone(UTC) for due in fires]


@pytest.mark.parametrize("name", STARTS)
def test_two_other_implementations_give_the_same_times(name: str) -> None:
    """Compare all expressions in UTC, and each in one of the zones that change their clocks."""
    share = list(STARTS).index(name) - 1
    drawn = expressions() if name == "UTC" else expressions()[share :: len(STARTS) - 1]
    zone, compared = generated.zone(name), 0
    for number, expression in enumerate(drawn):
        day = datetime.fromisoformat(STARTS[name][number % 2])
        start, clock = day.replace(hour=12, tzinfo=zone), day.replace(hour=12, tzinfo=UTC)
        ours = due_times(expression, name, start)
        for other, differs in OTHERS.items():
            if not differs(expression):
                theirs = in_zone(expression, other(expression, clock), zone, start)
                assert theirs == ours[: len(theirs)], (other, expression, start)
                compared += len(theirs) == FIRES
    assert compared > 0.98 * len(drawn) * len(OTHERS)


@pytest.mark.parametrize("field", range(len(BOUNDS)))
def test_ranges_that_wrap_are_those_of_croniter(field: int) -> None:
    """Compare them without a step: croniter has `12-11/52` go on at minute 5, which is 53 later."""
    start = datetime(2026, 5, 5, 12, tzinfo=UTC)
    low, _, size = BOUNDS[field]
    chance = random.Random(field)  # noqa: S311 (not a secret)
    for first in range(low + 1, low + size):
        fields = ["0", "0", "*", "*", "*"]
        fields[field] = f"{first}-{chance.randint(low, first - 1)}"
        expression = " ".join(fields)
        theirs = list(islice(by_croniter(expression, start), FIRES))
        assert due_times(expression, "UTC", start) == theirs, expression
