"""What all routes of the page have in common."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute

from .access.guard import Guarded

PREFIX = "/ops"


class PageRoute(APIRoute):
    """A route of the page."""


def page_router() -> APIRouter:
    """Make a router for some of the page's routes, which only visitors with a key may use."""
    return APIRouter(
        prefix=PREFIX,
        tags=["ops"],
        route_class=PageRoute,
        default_response_class=HTMLResponse,
        dependencies=[Guarded],
    )
