"""Lets operators in, and readers as far as they only look: by a key or by a session."""

import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, HTTPException, Request, Security

from ...process.logs import add_log_context
from ...settings import Settings, SettingsDep
from ...web.security import OPERATOR, READS_ONLY, OpsKey, whose
from ..links import here, link
from . import session
from .origin import changes, refuse_foreign
from .tries import Tries, network

SHUT = "the page is shut: set OPS_API_KEY, the key of operators"
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks."""

    name: str
    may_change: bool


async def refuse_while_shut(settings: SettingsDep) -> None:
    """Raise 403 while there is no key of operators."""
    if settings.ops_api_key is None:
        raise HTTPException(HTTPStatus.FORBIDDEN, SHUT)


async def find_visitor(
    request: Request,
    settings: SettingsDep,
    key: OpsKey,
    cookie: Annotated[str | None, Security(session.session_cookie)],
) -> Visitor:
    """Return who asks; raises an error that becomes a page when nobody may."""
    await refuse_while_shut(settings)
    by_session = session.read(cookie or "", settings)
    name = by_session if key is None else try_key(request, key, "header")
    if name is None:
        raise _unknown(request, key)
    await refuse_foreign(request)
    visitor = admit(request, name)
    if changes(request) and not visitor.may_change:
        raise HTTPException(HTTPStatus.FORBIDDEN, READS_ONLY)
    return visitor


VisitorDep = Annotated[Visitor, Depends(find_visitor)]
Guarded = Depends(find_visitor)
OpenOnly = Depends(refuse_while_shut)


def try_key(request: Request, key: str, where: str) -> str | None:
    """Return whose key it is, if anybody's; raises 429 if the caller has to wait.

    `where` the key was sent has tries of its own: who guesses in the form stops no script.
    """
    settings: Settings = request.app.state.settings
    tries: Tries = request.app.state.ops_tries
    address = request.client.host if request.client else ""
    caller = f"{where} {network(address)}"
    if seconds := tries.wait(caller):
        headers = {"Retry-After": str(seconds)}
        detail = f"too many wrong keys: wait {seconds} seconds"
        raise HTTPException(HTTPStatus.TOO_MANY_REQUESTS, detail, headers)
    name = whose(settings, key)
    if name is None:
        tries.count_wrong(caller)
        logger.warning("a wrong key for the page, from %s", address)
    else:
        tries.forget(caller)
    return name


def admit(request: Request, name: str) -> Visitor:
    """Let somebody in, for the pages and for the log."""
    request.state.visitor = visitor = Visitor(name, may_change=name == OPERATOR)
    add_log_context(visitor=name)
    return visitor


def _unknown(request: Request, key: str | None) -> HTTPException:
    """Send somebody who looks to the login; refuse a wrong key, and what changes something."""
    if key is not None or changes(request):
        problem = "log in first" if key is None else "X-Ops-Key is wrong"
        return HTTPException(HTTPStatus.UNAUTHORIZED, problem, {"WWW-Authenticate": "APIKey"})
    login = link(request, "ops_login", next=here(request))
    return HTTPException(HTTPStatus.SEE_OTHER, "log in first", {"Location": login})
