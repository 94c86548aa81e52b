"""Refuses text that could not be kept: JSON can write what UTF-8 and PostgreSQL cannot."""

import re
from collections.abc import Iterator

from fastapi import Request
from fastapi.exceptions import RequestValidationError

UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""A NUL, or half of a character beyond U+FFFF (a surrogate)."""
MESSAGE = "Input should be text without NUL and without half characters (surrogates)"

Place = tuple["Place | None", int | str]
"""Where a value stands: what it is in, and its name or number there."""


async def refuse_unstorable_text(request: Request) -> None:
    """Raise RequestValidationError (422) for the first such text of a body in JSON."""
    if "json" not in request.headers.get("Content-Type", "").lower():
        return
    try:
        body = await request.json()
    except (ValueError, RecursionError):
        return  # whoever wants it as JSON says what is wrong with it
    for place in _places(body):
        problem = {"type": "string_unicode", "loc": _path(place), "msg": MESSAGE}
        raise RequestValidationError([problem])


def _places(body: object) -> Iterator[Place]:
    """Find them without recursion, however deep the body is."""
    pending: list[tuple[object, Place]] = [(body, (None, "body"))]
    while pending:
        value, place = pending.pop()
        if isinstance(value, str) and UNSTORABLE.search(value):
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
