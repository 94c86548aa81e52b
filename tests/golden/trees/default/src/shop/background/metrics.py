"""Prometheus metrics of background work: counters of runs, and gauges of the ledger."""

import logging
from collections.abc import Generator
from contextlib import contextmanager

from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server

from .dependencies import services_of
from .gauges import LedgerCollector, Planned
from .host import Database
from .models import WAITING, State
from .work import Registry

logger = logging.getLogger(__name__)

OUTCOMES = [state.value for state in State if state not in {*WAITING, State.RUNNING}]
SECONDS = (0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800)


class RunMetrics:
    """The counters and histograms of runs."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Make them in `registry`."""
        self._runs: dict[str, Counter] = {}
        self._retries: dict[str, Counter] = {}
        self._seconds: dict[str, Histogram] = {}
        for kind in ("job", "task"):
            self._runs[kind] = Counter(
                f"{kind}_runs_total",
                f"Runs of a {kind} that ended, by outcome",
                [kind, "outcome"],
                registry=registry,
            )
            self._retries[kind] = Counter(
                f"{kind}_retries_total",
                f"Attempts of a {kind} that will be repeated",
                [kind],
                registry=registry,
            )
            self._seconds[kind] = Histogram(
                f"{kind}_duration_seconds",
                f"How long the attempts of a {kind} took",
                [kind],
                buckets=SECONDS,
                registry=registry,
            )

    def observe(self, kind: str, name: str, state: State, seconds: float | None) -> None:
        """Count the end of an attempt; see `background.execution.Observer`."""
        if state is State.QUEUED:
            self._retries[kind].labels(name).inc()
        else:
            self._runs[kind].labels(name, state.value).inc()
        if seconds is not None:
            self._seconds[kind].labels(name).observe(seconds)

    def state_of(self, app: FastAPI) -> LedgerCollector:
        """Return the gauges of an application; raises UnavailableError (503) if not started."""
        services = services_of(app)
        return self.gauges(services.database, services.registry, services.scheduler.planned)

    def gauges(self, database: Database, work: Registry, planned: Planned) -> LedgerCollector:
        """Return the gauges, which are read at each scrape."""
        self._show(work)
        return LedgerCollector(database, work, planned)

    def _show(self, registry: Registry) -> None:
        # Show zeros from the start: Prometheus sees no increase in a counter that just appeared.
        for name, work in registry.items():
            self._retries[work.kind].labels(name)
            self._seconds[work.kind].labels(name)
            for outcome in OUTCOMES:
                self._runs[work.kind].labels(name, outcome)


@contextmanager
def scraped(port: int, registry: CollectorRegistry) -> Generator[None, None, None]:
    """Serve the metrics of a process without the web service, during the block."""
    server, thread = start_http_server(port, registry=registry)
    logger.info("metrics are served on port %s", server.server_port)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
