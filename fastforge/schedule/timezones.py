"""Which timezones there are: those that the package tzdata lists, whatever this machine has."""

from difflib import get_close_matches

from fastforge.errors import UsageError
from fastforge.schedule.generated import zone, zone_names

EXAMPLE = "Europe/Berlin"
_SHOWN = 8


def check(name: str) -> None:
    """Raise UsageError unless `name` is in the IANA database, with the name that may be meant."""
    try:
        zone(name)
    except ValueError as error:
        meant = likely(name) or EXAMPLE
        problem = f"There is no timezone {name!r}."
        raise UsageError(problem, f"Use an IANA name, for example {meant}.") from error


def matching(typed: str) -> list[str]:
    """Give a few zones whose names begin, or have a part that begins, with what was typed."""
    plain = typed.strip().replace(" ", "_").casefold()
    found = [
        (name.casefold() != plain, not name.casefold().startswith(plain), name)
        for name in zone_names() - {"Factory"}
        if f"/{name.casefold()}".find(f"/{plain}") >= 0
    ]
    return [name for *_, name in sorted(found)[:_SHOWN]]


def likely(typed: str) -> str | None:
    """Give the zone that is most like what was typed: that of `berlin` is Europe/Berlin."""
    plain = typed.strip().replace(" ", "_").casefold()
    names = sorted(zone_names())
    whole = {name.casefold(): name for name in names}
    cities = {name.rpartition("/")[2].casefold(): name for name in reversed(names) if "/" in name}
    for known in (whole, cities):
        if close := get_close_matches(plain, known, 1, 0.8):
            return known[close[0]]
    return None
