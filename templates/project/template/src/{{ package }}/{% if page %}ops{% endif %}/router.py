"""`/ops`: all routes of the page."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from ..web.routing import Router
from .access.tries import Tries
from .pages import files, jobs, overview, run, runs, session
from .route import PREFIX

PAGES = (overview, jobs, runs, run, session, files)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
    """Begin with no wrong keys."""
    app.state.ops_tries = Tries()
    yield


router = Router(lifespan=lifespan)
router.beginnings = (PREFIX,)
for each in PAGES:
    router.include_router(each.router)
