"""The answers of all routes of the page: headers, errors as pages, changes in the log."""

import json
import logging
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send

from .access.origin import changes
from .links import here
from .rendering import page

logger = logging.getLogger(__name__)

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self';"
        " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with no-referrer, the Origin of a form would be "null"
    "Cache-Control": "no-store",
}
"""Of each answer that does not set them itself."""


class Answer:
    """Passes on the answer to a request."""

    def __init__(self, request: Request, send: Send) -> None:
        """Take the request, and what sends to the server."""
        self.request = request
        self._send = send
        self._error: Message | None = None

    async def send(self, message: Message) -> None:
        """Send a part of the answer; an error, which the application writes as JSON, as a page."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message["headers"])
            if headers.get("content-type") == "application/json":
                self._error = message
                return
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            self._log(message["status"], headers.get("location"))
        elif self._error is not None:
            error, self._error = self._error, None
            response = self._page(error, json.loads(message["body"]))
            await response(self.request.scope, self.request.receive, self.send)
            return
        await self._send(message)

    def _page(self, error: Message, body: dict[str, Any]) -> Response:
        """Show an error, with those of its headers that are not about its body."""
        status = HTTPStatus(error["status"])
        facts = {"title": status.phrase, "reasons": _reasons(body)}
        response = page(self.request, "error.html", status, **facts)
        for name, value in MutableHeaders(raw=error["headers"]).items():
            response.headers.setdefault(name, value)
        return response

    def _log(self, status: int, to: str | None) -> None:
        """Log who changed what, or tried to."""
        request = self.request
        if changes(request):
            visitor = getattr(request.state, "visitor", None)
            who = visitor.name if visitor else "nobody"
            did = who, request.method, here(request), status, f", to {to}" if to else ""
            logger.info("%s: %s %s, status %d%s", *did)


def _reasons(body: dict[str, Any]) -> list[str]:
    """Return what is wrong; of wrong input, each with the name of its field."""
    match body:
        case {"detail": str(reason)}:
            return [reason]
        case {"detail": [*problems]}:
            return [": ".join([*map(str, each["loc"][1:]), each["msg"]]) for each in problems]
    return [json.dumps(body)]
