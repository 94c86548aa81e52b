"""`/ops`: all routes of the page."""

from ..web.routing import Router
from .pages import overview
from .route import PREFIX

router = Router()
router.beginnings = (PREFIX,)
for each in (overview.router,):
    router.include_router(each)
