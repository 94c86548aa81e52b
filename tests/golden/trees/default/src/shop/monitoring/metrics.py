"""Prometheus metrics: of requests, of this process, and of background work.

With PROMETHEUS_MULTIPROC_DIR set before Python starts, `/metrics` of each worker shows the sum of
all workers; metrics of the Python runtime (`python_gc_*`) are then left out.
"""

import os
from collections.abc import Callable
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

from .requests import SCRAPE, RequestMetricsMiddleware
from .workers import MULTIPROCESS, WorkersCollector, merge_ended


class Metrics:
    """The counters and histograms of one application."""

    def __init__(self) -> None:
        """Make a registry for this application."""
        if MULTIPROCESS in os.environ:
            merge_ended(Path(os.environ[MULTIPROCESS]))
        self.registry = CollectorRegistry()

    def instrument(self, app: FastAPI, state: Callable[[FastAPI], Collector]) -> None:
        """Measure requests and serve `/metrics`; call it before the application starts.

        `state` returns the collector of values that are read at each scrape.
        """
        app.add_middleware(RequestMetricsMiddleware, routes=app.routes, registry=self.registry)

        @app.get(SCRAPE, tags=["health"], response_class=PlainTextResponse)
        def metrics(request: Request) -> Response:
            """Return all metrics in Prometheus' text format."""
            registry = self.gather(state(request.app))
            return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    def gather(self, state: Collector) -> CollectorRegistry:
        """Combine the counters of this process, or of all processes, with `state`."""
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
