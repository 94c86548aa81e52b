"""`/ops/login`, `/ops/logout`: whoever gives a key need not give it again for some hours."""

import re
from http import HTTPStatus
from typing import Annotated

from fastapi import Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from ...settings import SettingsDep
from ..access import session
from ..access.guard import OpenOnly, admit, try_key
from ..form import FormDep, sends
from ..links import link
from ..rendering import page
from ..route import VERB, page_router

router = page_router(guarded=False)
WRONG = "That is not one of the keys."


@router.get("/login", dependencies=[OpenOnly])
async def ops_login(request: Request, to: Annotated[str, Query(alias="next")] = "") -> HTMLResponse:
    """Ask for a key."""
    return _ask(request, to)


@router.post("/login", dependencies=[OpenOnly], openapi_extra=sends(key=str, next=str), **VERB)
async def ops_log_in(request: Request, form: FormDep) -> Response:
    """Begin a session with one of the two keys."""
    to = form.get("next", [""])[-1]
    name = try_key(request, form.get("key", [""])[-1], "form")
    if name is None:
        return _ask(request, to, WRONG)
    admit(request, name)
    url = to if _is_page(request, to) else link(request, "ops_overview")
    response = RedirectResponse(url, HTTPStatus.SEE_OTHER)
    session.begin(request, response, name)
    return response


@router.post("/logout", **VERB)
async def ops_log_out(request: Request, settings: SettingsDep) -> RedirectResponse:
    """End the session."""
    admit(request, session.read(request.cookies.get(session.COOKIE, ""), settings) or "nobody")
    response = RedirectResponse(link(request, "ops_login"), HTTPStatus.SEE_OTHER)
    session.end(request, response)
    return response


def _ask(request: Request, to: str, problem: str = "") -> HTMLResponse:
    """Show the form.

    Coming from another site, a browser leaves the cookie out; when a page of ours lets it load
    `next` again, it sends the cookie if it has one.
    """
    known = to if _is_page(request, to) else ""
    again = bool(known) and request.headers.get("sec-fetch-site") == "cross-site"
    facts = {"next": known, "again": again, "problem": problem}
    status = HTTPStatus.UNAUTHORIZED if problem else HTTPStatus.OK
    return page(request, "login.html", status, title="Log in", **facts)


def _is_page(request: Request, path: str) -> bool:
    """Tell whether a path leads to one of our pages, whatever a browser makes of it."""
    pages = re.escape(link(request, "ops_overview"))
    return re.fullmatch(rf"{pages}(/[\w-]+)*(\?[!-~]*)?", path, re.ASCII) is not None
