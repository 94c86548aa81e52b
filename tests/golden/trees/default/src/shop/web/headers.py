"""Headers that tell browsers to be careful with answers (OWASP REST Security Cheat Sheet)."""

from collections.abc import Mapping
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
"""What an answer gets unless its route sets it itself."""

ONLY_HTTPS = "max-age=31536000"
"""A browser that has seen it uses HTTPS for a year. Over plain HTTP it means nothing (RFC 6797)."""


class SecurityHeadersMiddleware:
    """Adds the headers to each answer, also to refusals and errors."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an ASGI application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add what the answer does not have."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if "ETag" in headers and headers["Cache-Control"] == HEADERS["Cache-Control"]:
                    headers["Cache-Control"] = "private, no-cache"  # keep it, but ask each time
                if scope["scheme"] == "https":
                    headers.setdefault("Strict-Transport-Security", ONLY_HTTPS)
            await send(message)

        await self.app(scope, receive, send_with_headers)
