"""Refuses surrogates, halves of characters: JSON can contain them, UTF-8 text cannot."""

import re
from collections.abc import Iterator

from fastapi import Request
from fastapi.exceptions import RequestValidationError

SURROGATE = re.compile("[\ud800-\udfff]")
"""One half of a character above U+FFFF."""
MESSAGE = "Input should be text without half characters (surrogates)"

Place = tuple["Place | None", int | str]
"""The place of a value in the body: the place of its container, then its key or index."""


async def refuse_surrogates(request: Request) -> None:
    """Raise RequestValidationError (422) if a text in a JSON body contains one."""
    if "json" not in request.headers.get("Content-Type", "").lower():
        return
    try:
        body = await request.json()
    except (ValueError, RecursionError):
        return  # the route that parses the body reports the error
    place = next(_places(body), None)
    if place is not None:
        problem = {"type": "string_unicode", "loc": _path(place), "msg": MESSAGE}
        raise RequestValidationError([problem])


def _places(body: object) -> Iterator[Place]:
    """Find the places of surrogates, without recursion because a body may be very deep."""
    pending: list[tuple[object, Place]] = [(body, (None, "body"))]
    while pending:
        value, place = pending.pop()
        if isinstance(value, str) and SURROGATE.search(value):
            yield place
        elif isinstance(value, list):
            pending += [(item, (place, number)) for number, item in enumerate(value)]
        elif isinstance(value, dict):
            pending += [(name, (place, name)) for name in value]
            pending += [(item, (place, name)) for name, item in value.items()]


def _path(place: Place | None) -> tuple[int | str, ...]:
    steps: list[int | str] = []
    while place is not None:
        place, step = place
        steps.append(step)
    return tuple(reversed(steps))
