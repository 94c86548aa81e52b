"""Refuses surrogates, halves of characters: JSON can contain them, UTF-8 text cannot."""

import json
import re
from collections.abc import Iterator
from http import HTTPStatus

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .protocol import LIMIT

SURROGATE = re.compile("[\ud800-\udfff]")
"""One half of a character above U+FFFF."""
POSSIBLE = re.compile(rb"\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]|\0")
"""Bytes without which a body has no surrogate: its escape, its UTF-8, or other encodings."""
MESSAGE = "Input should be text without half characters (surrogates)"

Place = tuple["Place | None", int | str]
"""The place of a value in the body: the place of its container, then its key or index."""


class SurrogateError(HTTPException):
    """A text in the body has a surrogate; `detail` is as one of a RequestValidationError.

    FastAPI lets no other exception out when it reads the body.
    """


class SurrogateMiddleware:
    """Refuses a JSON body with a surrogate (422) when the application has read all of it."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an ASGI application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Make the application's `receive` raise SurrogateError in place of the end of the body."""
        kind = dict(scope["headers"]).get(b"content-type", b"") if scope["type"] == "http" else b""
        if b"json" not in kind.lower():
            await self.app(scope, receive, send)
            return
        parts: list[bytes] = []

        async def receive_checked() -> Message:
            message = await receive()
            limit = scope.get(LIMIT)
            if message["type"] == "http.request" and not (limit and limit.is_file):
                parts.append(message.get("body", b""))
                if not message.get("more_body", False):
                    refuse_surrogates(b"".join(parts))
            return message

        await self.app(scope, receive_checked, send)


def refuse_surrogates(body: bytes) -> None:
    """Raise SurrogateError (422) if a text in a JSON body contains one."""
    if not POSSIBLE.search(body):
        return
    try:
        place = next(_places(json.loads(body)), None)
    except (ValueError, RecursionError):
        return  # the route that parses the body reports the error
    if place is not None:
        problem = {"type": "string_unicode", "loc": _path(place), "msg": MESSAGE}
        raise SurrogateError(HTTPStatus.UNPROCESSABLE_ENTITY, problem)


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
