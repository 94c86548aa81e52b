"""The routes that a module may have."""

from collections.abc import Iterable

from fastforge.errors import UsageError

ROUTES = ("list", "get", "create", "replace", "change", "delete")
"""In their own order, as `--routes` names them."""

CHANGING = frozenset({"replace", "change", "delete"})
"""What changes a row that there is."""


def read_routes(typed: str) -> tuple[str, ...]:
    """Give the routes that were typed with commas between; raises UsageError for a bad one."""
    return checked_routes(word.strip() for word in typed.split(","))


def checked_routes(names: Iterable[str]) -> tuple[str, ...]:
    """Give routes in their own order; raises UsageError for one that cannot be."""
    given = list(names)
    hint = f"Choose of {','.join(ROUTES)}."
    for name in given:
        if name not in ROUTES:
            raise UsageError(f"There is no route `{ascii(name)[1:-1]}` of a module.", hint)
        if given.count(name) > 1:
            raise UsageError(f"The route `{name}` is given twice.", "Leave one out.")
    if not given:
        raise UsageError("A module needs a route.", hint)
    return tuple(route for route in ROUTES if route in given)
