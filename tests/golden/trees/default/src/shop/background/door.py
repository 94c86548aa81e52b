"""The router that an application includes: it has the routes, and starts and stops the work.

The application includes it once. Before the start it sets on `app.state`: `settings`, `database`,
`registry` (jobs and tasks by name) and `observe` (called at the end of each attempt). It may set
`on_dead_letter` (called for each run that failed for good).
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI

from . import all_runs, bulk, health, routes, workers
from .dead_letters import log
from .dependencies import get_services
from .host import Router
from .scheduling import routes as jobs
from .scheduling import runs as runs_of_jobs
from .services import Services


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
    """Start the work after the application, stop it before; a second start does nothing."""
    state = app.state
    if getattr(state, "background", None) is not None:
        yield
        return
    told = state.observe, getattr(state, "on_dead_letter", log)
    services = Services.build(state.settings, state.database, state.registry, *told)
    state.background = services
    try:
        await asyncio.to_thread(services.start)
        yield
    finally:
        await asyncio.to_thread(services.stop)
        state.background = None


WORK = (jobs.router, runs_of_jobs.router, bulk.router, routes.router)
PARTS = (*WORK, all_runs.router, workers.router, health.router)

router = Router(lifespan=lifespan, dependencies=[Depends(get_services)])
router.beginnings = tuple(part.prefix for part in PARTS)
for each in PARTS:
    router.include_router(each)
