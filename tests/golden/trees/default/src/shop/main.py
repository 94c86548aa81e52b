"""The application: `create_app()` makes one for tests, `app` is the one for a server."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib.util import find_spec

from fastapi import FastAPI
from fastapi.concurrency import contextmanager_in_threadpool
from starlette.middleware.errors import ServerErrorMiddleware

from . import background, ops
from .background.metrics import RunMetrics
from .background.work import Registry
from .database import outage
from .database.schema import open_database
from .monitoring import health
from .monitoring.metrics import Metrics
from .monitoring.workers import check_setting
from .process import logs
from .process.discovery import find_on_dead_letter, find_routers, find_work
from .process.ending import deadline_from_signals
from .settings import Settings
from .web import errors, protocol
from .web.headers import SecurityHeadersMiddleware
from .web.refusals import refusals
from .web.texts import SurrogateMiddleware

DESCRIPTION = "Sells things."


def create_app(settings: Settings | None = None, registry: Registry | None = None) -> FastAPI:
    """Make an application.

    Without arguments, it reads the settings from the environment and finds the jobs and tasks.
    """
    settings = settings or Settings()
    metrics = Metrics()
    runs = RunMetrics(metrics.registry)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
        settings: Settings = app.state.settings
        logs.configure(settings)
        check_setting()
        app.state.registry = find_work() if app.state.registry is None else app.state.registry
        database = open_database(settings.database_url, migrate=settings.auto_migrate)
        with deadline_from_signals(settings.shutdown_grace_seconds):
            async with contextmanager_in_threadpool(database) as app.state.database:
                yield

    exports = find_spec("opentelemetry.sdk") is not None
    app = FastAPI(
        title="shop",
        description=DESCRIPTION,
        lifespan=lifespan,
        redirect_slashes=False,  # each path has one spelling
        # FastAPI looks for OpenTelemetry in each request; without its SDK nothing is exported.
        telemetry={"tracing": exports, "metrics": exports, "logs": exports},
    )
    app.state.settings, app.state.registry = settings, registry
    app.state.observe = runs.observe
    app.state.on_dead_letter = find_on_dead_letter()
    app.add_middleware(SurrogateMiddleware)
    protocol.install(app, settings.max_body_bytes)
    app.add_middleware(logs.RequestIdMiddleware)
    errors.install(app)
    outage.install(app)
    app.include_router(health.router)
    for router in (background.router, ops.router, *find_routers()):
        app.include_router(router, responses=refusals(503))  # the database may fail at any time
    metrics.instrument(app, runs.state_of)
    app.add_middleware(ServerErrorMiddleware)  # what follows applies to a 500 too
    app.add_middleware(SecurityHeadersMiddleware)
    return app


app = create_app()
