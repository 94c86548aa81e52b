"""Prometheus metrics: requests, this process, and what `background.metrics` adds.

With PROMETHEUS_MULTIPROC_DIR set before Python starts, `/metrics` of any worker gives the sum over
all of them. What Python itself takes (`python_gc_*`) is measured only where one process counts.
"""

import os
from collections.abc import Callable
from http import HTTPMethod
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from prometheus_fastapi_instrumentator import Instrumentator
from prometheus_fastapi_instrumentator.metrics import Info, default

from .workers import MULTIPROCESS, WorkersCollector, tidy

METHODS = frozenset(HTTPMethod)


class Metrics:
    """The counters and histograms of one application."""

    def __init__(self) -> None:
        """Make a registry of their own."""
        if MULTIPROCESS in os.environ:
            tidy(Path(os.environ[MULTIPROCESS]))
        self.registry = CollectorRegistry()

    def instrument(self, app: FastAPI, state: Callable[[FastAPI], Collector]) -> None:
        """Measure requests and serve `/metrics`; before the application starts.

        `state` gives what is read anew at each scrape.
        """
        count = default(registry=self.registry, should_exclude_streaming_duration=True)
        measured = Instrumentator(registry=self.registry, excluded_handlers=["^/metrics$"])
        measured.add(_bound_method, count).instrument(app)

        @app.get("/metrics", tags=["health"], response_class=PlainTextResponse)
        def metrics(request: Request) -> Response:
            """Give all metrics in Prometheus' text format."""
            registry = self.gather(state(request.app))
            return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    def gather(self, state: Collector) -> CollectorRegistry:
        """Put together what is counted here, or by all processes of a directory, and the state."""
        registry = CollectorRegistry()
        if MULTIPROCESS in os.environ:
            registry.register(WorkersCollector(Path(os.environ[MULTIPROCESS])))
        else:
            registry.register(self.registry)
            ProcessCollector(registry=registry)
            GCCollector(registry=registry)
        PlatformCollector(registry=registry)
        registry.register(state)
        return registry


def _bound_method(info: Info) -> None:
    # Callers choose the method, and each becomes a label that is kept.
    if info.method not in METHODS:
        info.method = "OTHER"
