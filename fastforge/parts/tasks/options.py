"""What the options of a task may be that say how it is queued, and by whom."""

import re
from collections.abc import Mapping

from fastforge.errors import UsageError

_RATE = re.compile(r"([1-9][0-9]{0,8})/(second|minute|hour|day)", re.ASCII)
OF_ROUTES = ("route", "guard", "delay")


def check_no_route(given: Mapping[str, object]) -> None:
    """Raise UsageError if something is said about a route that there is not to be."""
    said = [f"--{option}" for option in OF_ROUTES if given.get(option)]
    if given.get("no_route") and said:
        problem = f"--no-route makes no endpoint, so {said[0]} says nothing."
        raise UsageError(problem, "Leave one of the two out.")


def read_rate(text: str) -> str:
    """Read how many runs may start in a time; raises UsageError if it cannot be."""
    rate = text.strip()
    if not _RATE.fullmatch(rate):
        problem = f"--rate-limit {text!a} is not a count and a time."
        raise UsageError(problem, "Write it like 10/second, 100/minute, 1000/hour or 5/day.")
    return rate
