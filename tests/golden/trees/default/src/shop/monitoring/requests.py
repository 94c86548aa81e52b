"""Measures each request: how it ended, and how long its caller waited for the answer to begin.

Neither sending a long answer nor background tasks count as waiting.
"""

from collections.abc import Sequence
from http import HTTPMethod
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .templates import Templates

METHODS = frozenset(HTTPMethod)
SCRAPE = "/metrics"


class RequestMetricsMiddleware:
    """Counts and times requests, by the path template of their route."""

    def __init__(
        self, app: ASGIApp, routes: Sequence[BaseRoute], registry: CollectorRegistry
    ) -> None:
        """Wrap an ASGI application that has these routes."""
        self.app = app
        self._templates = Templates(routes)
        self._requests = Counter(
            "http_requests_total",
            "Requests, by the first digit of the status of their answer",
            ["method", "status", "handler"],
            registry=registry,
        )
        self._seconds = Histogram(
            "http_request_duration_seconds",
            "How long it took until the answer began",
            ["method", "handler"],
            registry=registry,
        )
        self._measures: dict[tuple[str, str, str], tuple[Counter, Histogram]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application and measure it, also when it raises an exception."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, began, answered = 500, perf_counter(), 0.0

        async def send_and_note(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                status, answered = message["status"], perf_counter()
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        finally:
            self._observe(scope, status, (answered or perf_counter()) - began)

    def _observe(self, scope: Scope, status: int, seconds: float) -> None:
        template = self._templates.find(scope)
        if template == SCRAPE:
            return
        # Callers can send any method, and each one would become a label that stays in memory.
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        labels = (method, f"{status // 100}xx", template)
        if labels not in self._measures:
            timed = self._seconds.labels(method, template)
            self._measures[labels] = (self._requests.labels(*labels), timed)
        count, timed = self._measures[labels]
        count.inc()
        timed.observe(seconds)
