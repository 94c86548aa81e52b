"""Lengths of time as they are typed (`90s`, `2h30m`) and as Python."""

from datetime import timedelta

from fastforge.errors import UsageError
from fastforge.schedule.choice import UNITS, read_interval

LONGEST = timedelta(days=3650)
_LENGTHS = {unit: timedelta(**{unit: 1}) for unit in UNITS}


def read_duration(option: str, text: str, *, zero: bool = False) -> timedelta:
    """Read the value of an option such as `--timeout`; raises UsageError if it cannot be."""
    try:
        duration = read_interval(text)
    except (ValueError, OverflowError) as error:
        problem = f"{option} {text!a} is no length of time."
        raise UsageError(problem, "Write it like 30s, 5m, 2h30m or 1d.") from error
    least = timedelta(0) if zero else timedelta(seconds=1)
    if not least <= duration <= LONGEST:
        problem = f"{option} {text!a} is not between {typed(least)} and {typed(LONGEST)}."
        raise UsageError(problem, "Write it like 30s, 5m, 2h30m or 1d.")
    return duration


def typed(duration: timedelta) -> str:
    """Write whole seconds as a user types them."""
    return "".join(f"{count}{unit[0]}" for unit, count in _parts(duration)) or "0s"


def source(duration: timedelta) -> str:
    """Write whole seconds as Python."""
    arguments = ", ".join(f"{unit}={count}" for unit, count in _parts(duration))
    return f"timedelta({arguments or 0})"


def _parts(duration: timedelta) -> list[tuple[str, int]]:
    parts = []
    for unit, length in _LENGTHS.items():
        count, duration = divmod(duration, length)
        parts += [(unit, count)] if count else []
    return parts
