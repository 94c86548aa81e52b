"""The application: `create_app()` for tests, `app` for a server."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI

from . import errors, health, logs, outage, protocol
from .background.execution import nobody
from .background.router import router as tasks_router
from .background.work import Registry
from .discovery import find_routers
from .ending import deadline_from_signals
from .refusals import refusals
from .scheduling.router import router as jobs_router
from .services import Services
from .settings import Settings
from .texts import refuse_half_characters

DESCRIPTION = "Sells things."


def create_app(settings: Settings | None = None, registry: Registry | None = None) -> FastAPI:
    """Make an application.

    Settings are read from the environment and work is found by discovery, unless they are given.
    """
    settings = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
        logs.configure(settings)
        services = Services.build(settings, nobody, registry)
        app.state.database = services.database
        app.state.registry = services.registry
        app.state.runner = services.runner
        app.state.scheduler = services.scheduler
        with deadline_from_signals(settings.shutdown_grace_seconds):
            try:
                await asyncio.to_thread(services.start)
                yield
            finally:
                await asyncio.to_thread(services.stop)

    app = FastAPI(
        title="my-shop",
        description=DESCRIPTION,
        lifespan=lifespan,
        redirect_slashes=False,  # each redirected path would be a label of its own in the metrics
        dependencies=[Depends(refuse_half_characters)],
    )
    app.state.settings = settings
    protocol.install(app, settings.max_body_bytes)
    app.add_middleware(logs.RequestIdMiddleware)
    errors.install(app)
    outage.install(app)
    app.include_router(health.router)
    for router in (jobs_router, tasks_router, *find_routers()):
        app.include_router(router, responses=refusals(503))  # the database may be lost at any time
    return app


app = create_app()
