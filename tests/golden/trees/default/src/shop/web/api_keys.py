"""Finds the client whose key was sent as `X-API-Key`."""

import secrets
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, HTTPException, Request, Security
from fastapi.security import APIKeyHeader

from ..settings import Settings
from ..values.client_keys import ClientKey, hash_of
from .callers import Caller

SETTING = "set CLIENT_API_KEYS, and send one of these keys as X-API-Key"
"""What makes clients known."""

_api_key = APIKeyHeader(
    name="X-API-Key",
    scheme_name="client",
    auto_error=False,
    description="A key of CLIENT_API_KEYS; a key of operators works here too",
)
ApiKey = Annotated[str | None, Security(_api_key)]


async def find_client(request: Request, key: ApiKey) -> Caller | HTTPException:
    """Return the client whose key was sent, or the error for a route that is for clients only."""
    settings: Settings = request.app.state.settings
    if key is None:
        return _refused("missing")
    found: tuple[str, ClientKey] | None = None
    sent = hash_of(key)
    for name, each in settings.client_api_keys.items():  # all, so the time says nothing
        if secrets.compare_digest(sent, each.sha256):
            found = name, each
    if found is None:
        return _refused("wrong")
    name, known = found
    if known.expires is not None and known.expires <= datetime.now(UTC):
        return _refused("expired")
    return Caller(name, known.scopes)


FoundDep = Annotated[Caller | HTTPException, Depends(find_client)]


def challenge(_error: str = "", _scope: str = "") -> dict[str, str]:
    """Return the header of a refusal; there is no more to say about a key."""
    return {"WWW-Authenticate": "APIKey"}


def _refused(what: str) -> HTTPException:
    return HTTPException(HTTPStatus.UNAUTHORIZED, f"X-API-Key is {what}", challenge())
