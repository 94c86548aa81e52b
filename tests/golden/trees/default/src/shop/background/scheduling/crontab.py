"""Reads crontab expressions and computes their due times (S3, S4).

The meaning is that of Debian's crontab(5), also at clock changes, by `cronsim`. This parser takes
five fields or an alias, allows ranges that wrap (`fri-sun`, `22-2`) and explains errors.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from cronsim import CronSim, CronSimError

from .clock import SECOND, next_change


class Field(NamedTuple):
    """The range of one of the five fields; `size` counts Sunday, which is 0 and 7, once."""

    name: str
    low: int
    high: int
    size: int
    names: tuple[str, ...] = ()


MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
CLOCK = (Field("minute", 0, 59, 60), Field("hour", 0, 23, 24))
DATE = (Field("day-of-month", 1, 31, 31), Field("month", 1, 12, 12, MONTHS))
FIELDS = (*CLOCK, *DATE, Field("day-of-week", 0, 7, 7, WEEKDAYS))
ALIASES = {"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *"}
ALIASES |= {"@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *"}
ALIASES |= {"@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *"}
TERM = re.compile(r"(?:\*|([a-z]{3}|\d{1,2})(?:-([a-z]{3}|\d{1,2}))?)(?:/(\d{1,2}))?", re.ASCII)


@lru_cache(maxsize=1024)
def canonical(expression: str) -> str:
    """Write the expression as five fields of numbers; ValueError names the field and its range."""
    texts = ALIASES.get(expression.strip().lower(), expression).lower().split()
    if len(texts) != len(FIELDS):
        names, aliases = " ".join(field.name for field in FIELDS), " ".join(ALIASES)
        raise ValueError(f"{expression!r} is neither five fields ({names}) nor one of {aliases}")
    pairs = zip(FIELDS, texts, strict=True)
    result = " ".join(",".join(_term(field, t) for t in text.split(",")) for field, text in pairs)
    try:
        CronSim(result, datetime.now(UTC))
    except CronSimError:  # each field is valid, so the day must be one that no month has
        raise ValueError(f"day-of-month: {texts[2]!r} is in no month of {texts[3]!r}") from None
    return result


def next_after(expression: str, moment: datetime) -> datetime:
    """Return the first due time after an aware moment, in the moment's zone."""
    fields, local = canonical(expression), moment.replace(microsecond=0)
    if any(field.startswith("*") for field in fields.split()[:2]):
        return _next_on_the_clock(fields, local)
    # A fixed time of day. If a clock change skips it, cronsim delays it; if it comes twice, cronsim
    # takes the first, which may be before `moment`.
    fires = (fire.astimezone(UTC) for fire in CronSim(fields, local))
    return next(fire for fire in fires if fire > moment.astimezone(UTC)).astimezone(moment.tzinfo)


def _next_on_the_clock(fields: str, local: datetime) -> datetime:
    """Find the next moment at which the local clock shows a due time."""
    # Ask cronsim with the present UTC offset; if the offset changes before the due time, ask again
    # from there. (cronsim's own handling loses due times at changes of half an hour: Lord Howe.)
    zone, since, clock = local.tzinfo or UTC, local.astimezone(UTC), local.replace(tzinfo=UTC)
    offset = clock - since
    while True:
        due = next(CronSim(fields, clock)) - offset
        change = next_change(zone, since, due)
        if change is None:
            return due.astimezone(zone)
        since, clock = change.astimezone(UTC), change.replace(tzinfo=UTC)
        clock, offset = clock - SECOND, clock - since


def _term(field: Field, term: str) -> str:
    match = TERM.fullmatch(term)
    if match is None:
        raise _refused(field, term)
    first, last, step = match.groups()
    if step and not 1 <= int(step) <= field.size:
        raise ValueError(f"{field.name}: step {step} is not in 1-{field.size}")
    every = f"/{step}" if step else ""
    if first is None:
        return f"*{every}"
    start, end = _number(field, first), _number(field, last or first)
    if last and start == end:  # cronsim reads 5-5/2 as 5/2, croniter 5-5 as *
        return str(start)
    if start > end:  # wraps: count on past the end, then fold back
        unrolled = range(start, end + field.size + 1, int(step or 1))
        return ",".join(str((n - field.low) % field.size + field.low) for n in unrolled)
    return f"{start}-{end}{every}" if last else f"{start}{every}"


def _number(field: Field, word: str) -> int:
    if word in field.names:
        return field.low + field.names.index(word)
    if not word.isdigit() or not field.low <= int(word) <= field.high:
        raise _refused(field, word)
    return int(word)


def _refused(field: Field, text: str) -> ValueError:
    names = f" ({field.names[0]}-{field.names[-1]})" if field.names else ""
    return ValueError(f"{field.name}: {text!r} is not in {field.low}-{field.high}{names}")
