"""Refuses text that could be neither kept nor shown: JSON can write what UTF-8 cannot."""

import re
from collections.abc import Iterator

from fastapi import Request
from fastapi.exceptions import RequestValidationError

SURROGATE = re.compile("[\ud800-\udfff]")
"""Half of a character beyond U+FFFF."""
MESSAGE = "Input should be text without half characters (surrogates)"

Place = tuple["Place | None", int | str]
"""Where a value stands: what it is in, and its name or number there."""


async def refuse_half_characters(request: Request) -> None:
    """Raise RequestValidationError (422) for a text of a body in JSON that has one."""
    if "json" not in request.headers.get("Content-Type", "").lower():
        return
    try:
        body = await request.json()
    except (ValueError, RecursionError):
        return  # whoever wants it as JSON says what is wrong with it
    place = next(_places(body), None)
    if place is not None:
        problem = {"type": "string_unicode", "loc": _path(place), "msg": MESSAGE}
        raise RequestValidationError([problem])


def _places(body: object) -> Iterator[Place]:
    """Find them without recursion, however deep the body is."""
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
