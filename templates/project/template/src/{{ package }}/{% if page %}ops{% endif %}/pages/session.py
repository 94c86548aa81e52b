"""`/ops/login`, `/ops/logout`: a key is given once for some hours."""

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from ..links import link
from ..rendering import page
from ..route import VERB, page_router

router = page_router(guarded=False)


@router.get("/login")
async def ops_login(request: Request) -> HTMLResponse:
    """Ask for a key."""
    return page(request, "login.html", title="Log in")


@router.post("/logout", **VERB)
async def ops_log_out(request: Request) -> RedirectResponse:
    """End the session."""
    return RedirectResponse(link(request, "ops_login"), 303)
