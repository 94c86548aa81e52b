"""What all routes of the page have in common: who may use them, headers, errors as pages."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from ..web.refusals import Responses
from .access.guard import Guarded
from .access.origin import OwnOnly
from .answer import Answer

PREFIX = "/ops"

HTML = {"text/html": {"schema": {"type": "string"}}}
BEFORE = HTML | {"application/json": {"schema": {"type": "object"}}}
"""Also refused before a route is reached: no page has the path, or the body says it is too long."""
ERRORS: Responses = {
    status: {"description": status.phrase, "content": content}
    for content, statuses in ((HTML, (401, 403, 409, 422, 429, 503)), (BEFORE, (404, 413)))
    for status in map(HTTPStatus, statuses)
}
TO_LOGIN: Responses = {303: {"description": "To the login, or to what has changed"}}


class PageRoute(APIRoute):
    """A route of the page: its errors are pages, and what it changes is in the log."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        answer = Answer(Request(scope), send)
        await super().handle(scope, receive, answer.send)


def page_router(*, guarded: bool = True) -> APIRouter:
    """Make a router for some of the page's routes, which only visitors with a key may use."""
    return APIRouter(
        prefix=PREFIX,
        tags=["ops"],
        route_class=PageRoute,
        default_response_class=HTMLResponse,
        dependencies=[Guarded if guarded else OwnOnly],
        responses=ERRORS | (TO_LOGIN if guarded else {}),
    )


VERB: dict[str, Any] = {"status_code": HTTPStatus.SEE_OTHER, "response_class": RedirectResponse}
"""The options of a route that changes something: `@router.post("/x", **VERB)`."""
