"""`/ops`: all routes of the page."""

from ..web.routing import Router
from .pages import files, jobs, overview, session
from .route import PREFIX

router = Router()
router.beginnings = (PREFIX,)
for each in (overview.router, jobs.router, session.router, files.router):
    router.include_router(each)
