"""`/ops`: what there is to see at one look."""

from fastapi import Request
from fastapi.responses import HTMLResponse

from ...database import ReadSessionDep
from ..rendering import page
from ..route import page_router

router = page_router()


@router.get("")
def ops_overview(request: Request, session: ReadSessionDep) -> HTMLResponse:
    """Show the overview."""
    del session
    return page(request, "overview.html", title="Overview")
