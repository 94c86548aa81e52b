"""Prometheus metrics: HTTP, runs as they end, and the state of the ledger at each scrape.

With PROMETHEUS_MULTIPROC_DIR set before Python starts, `/metrics` of any worker gives the sum over
all of them. State comes from the database: a killed process would leave its gauges behind. What
Python itself takes (`python_gc_*`) is measured only where one process counts.
"""

import os
from http import HTTPMethod
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_fastapi_instrumentator import Instrumentator
from prometheus_fastapi_instrumentator.metrics import Info, default

from .background.models import State
from .background.work import Registry
from .database import Database
from .metrics_state import LedgerCollector, Planned
from .metrics_workers import MULTIPROCESS, WorkersCollector, tidy

OUTCOMES = [state.value for state in State if state not in {State.QUEUED, State.RUNNING}]
METHODS = frozenset(HTTPMethod)
SECONDS = (0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800)


class Metrics:
    """The counters and histograms of one application."""

    def __init__(self) -> None:
        """Make them in a registry of their own."""
        if MULTIPROCESS in os.environ:
            tidy(Path(os.environ[MULTIPROCESS]))
        self.registry = CollectorRegistry()
        self._runs: dict[str, Counter] = {}
        self._retries: dict[str, Counter] = {}
        self._seconds: dict[str, Histogram] = {}
        for kind in ("job", "task"):
            self._runs[kind] = Counter(
                f"{kind}_runs_total",
                f"Runs of a {kind} that ended, by outcome",
                [kind, "outcome"],
                registry=self.registry,
            )
            self._retries[kind] = Counter(
                f"{kind}_retries_total",
                f"Attempts of a {kind} that will be repeated",
                [kind],
                registry=self.registry,
            )
            self._seconds[kind] = Histogram(
                f"{kind}_duration_seconds",
                f"How long the attempts of a {kind} took",
                [kind],
                buckets=SECONDS,
                registry=self.registry,
            )

    def observe(self, kind: str, name: str, state: State, seconds: float | None) -> None:
        """Count the end of an attempt; see `background.execution.Observer`."""
        if state is State.QUEUED:
            self._retries[kind].labels(name).inc()
        else:
            self._runs[kind].labels(name, state.value).inc()
        if seconds is not None:
            self._seconds[kind].labels(name).observe(seconds)

    def instrument(self, app: FastAPI) -> None:
        """Measure requests and serve `/metrics`; before the application starts."""
        count = default(registry=self.registry, should_exclude_streaming_duration=True)
        measured = Instrumentator(registry=self.registry, excluded_handlers=["^/metrics$"])
        measured.add(_bound_method, count).instrument(app)

        @app.get("/metrics", tags=["health"], response_class=PlainTextResponse)
        def metrics(request: Request) -> Response:
            """Give all metrics in Prometheus' text format."""
            state = request.app.state
            registry = self.gather(state.database, state.registry, state.scheduler.planned)
            return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    def gather(self, database: Database, work: Registry, planned: Planned) -> CollectorRegistry:
        """Put together what is counted here, or by all processes of a directory, and the gauges."""
        self._show(work)
        registry = CollectorRegistry()
        if MULTIPROCESS in os.environ:
            registry.register(WorkersCollector(Path(os.environ[MULTIPROCESS])))
        else:
            registry.register(self.registry)
            ProcessCollector(registry=registry)
            GCCollector(registry=registry)
        PlatformCollector(registry=registry)
        registry.register(LedgerCollector(database, work, planned))
        return registry

    def _show(self, registry: Registry) -> None:
        # From the first scrape on, for Prometheus sees no increase to a counter that just appeared.
        for name, work in registry.items():
            self._retries[work.kind].labels(name)
            self._seconds[work.kind].labels(name)
            for outcome in OUTCOMES:
                self._runs[work.kind].labels(name, outcome)


def _bound_method(info: Info) -> None:
    # Callers choose the method, and each becomes a label that is kept.
    if info.method not in METHODS:
        info.method = "OTHER"
