"""Access control: clients send `X-API-Key`, operators send `X-Ops-Key`.

The keys are in the settings CLIENT_API_KEYS, OPS_API_KEY, and OPS_READ_KEY for operators who change
nothing. `ClientOnly` guards a route for clients, `client_with("links:write")` for those that have a
scope, and `CallerDep` tells a route who calls; `OpsRead` and `OpsWrite` guard it for operators.

All are async: FastAPI would call another in a thread, which takes longer than all it does and has a
log context of its own.
"""

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request, Security
from fastapi.security import APIKeyHeader, SecurityScopes
from pydantic import SecretStr

from ..process.logs import add_log_context
from ..settings import Settings, SettingsDep
from .api_keys import SETTING, ApiKey, FoundDep, challenge
from .callers import LOCAL, Caller, is_local

OPERATOR, READER = "operator", "reader"
READS_ONLY = "OPS_READ_KEY only reads: changes need OPS_API_KEY"
_ops_key = APIKeyHeader(
    name="X-Ops-Key",
    scheme_name="operator",
    auto_error=False,
    description="The setting OPS_API_KEY, or OPS_READ_KEY to read",
)
OpsKey = Annotated[str | None, Security(_ops_key)]


async def guard_client(request: Request, settings: SettingsDep, found: FoundDep) -> Caller:
    """Return the client that calls; raises 401 if it is not known.

    While no key is set, callers on this machine are LOCAL, all others are refused.
    """
    if not settings.client_api_keys:
        if not is_local(request):
            problem = f"only callers on this machine are answered: {SETTING}"
            raise HTTPException(HTTPStatus.UNAUTHORIZED, problem, challenge())
        return LOCAL
    if isinstance(found, HTTPException):
        raise found
    request.state.client = found.name
    add_log_context(client=found.name)
    return found


CallerDep = Annotated[Caller, Depends(guard_client)]
"""The client that calls a route, which is then for clients only."""


async def guard_scopes(needed: SecurityScopes, caller: CallerDep) -> Caller:
    """Return the client that calls, if it has all scopes that the route needs; else raise 403."""
    if not caller.may(*needed.scopes):
        problem = f"{caller.name} lacks a scope of this route: {needed.scope_str}"
        headers = challenge("insufficient_scope", needed.scope_str)
        raise HTTPException(HTTPStatus.FORBIDDEN, problem, headers)
    return caller


def client_with(*scopes: str) -> Any:  # noqa: ANN401 (as of FastAPI's own `Security`)
    """Guard a route for clients that have these scopes: `dependencies=[client_with("a:b")]`."""
    return Security(guard_scopes, scopes=scopes)


async def name_client(found: FoundDep) -> str | None:
    """Return the name of the client that calls, None for one that is not known."""
    return found.name if isinstance(found, Caller) else None


ClientDep = Annotated[str | None, Depends(name_client)]


def whose(settings: Settings, key: str | None) -> str | None:
    """Return OPERATOR for OPS_API_KEY, READER for OPS_READ_KEY, None for anything else."""
    keys = {READER: settings.ops_read_key, OPERATOR: settings.ops_api_key}
    return _find_name(key, {name: key for name, key in keys.items() if key is not None})


async def find_operator(
    settings: SettingsDep, ops_key: OpsKey, key: ApiKey, client: FoundDep
) -> str | None:
    """Return whose key was sent, OPERATOR or READER; raises 401 for a wrong key."""
    found = whose(settings, key if ops_key is None else ops_key)
    if found is None and ops_key is not None:
        raise _refused(ops_key)
    if found is None and key is not None and isinstance(client, HTTPException):
        raise client
    return found


SenderDep = Annotated[str | None, Depends(find_operator)]


async def is_operator(sender: SenderDep) -> bool:
    """Tell whether a key of operators was sent: then routes show details."""
    return sender is not None


OperatorDep = Annotated[bool, Depends(is_operator)]


async def guard_read(settings: SettingsDep, *, operator: OperatorDep) -> None:
    """Allow operators; while no key is set, allow everyone (routes then leave details out)."""
    if not operator and (settings.ops_api_key or settings.ops_read_key):
        raise _refused(None)


async def guard_write(settings: SettingsDep, sender: SenderDep) -> None:
    """Allow operators only; while OPS_API_KEY is not set, all changes are refused."""
    if settings.ops_api_key is None:
        raise HTTPException(HTTPStatus.FORBIDDEN, "operations are off: set OPS_API_KEY")
    if sender == READER:
        raise HTTPException(HTTPStatus.FORBIDDEN, READS_ONLY)
    if sender is None:
        raise _refused(None)


ClientOnly = Depends(guard_client)
OpsRead = Depends(guard_read)
OpsWrite = Depends(guard_write)


def _find_name(given: str | None, keys: Mapping[str, SecretStr]) -> str | None:
    """Return the name of the key that was sent, in a time that does not depend on the key."""
    found = None
    for name, key in keys.items():
        if given and secrets.compare_digest(given.encode(), key.get_secret_value().encode()):
            found = name
    return found


def _refused(key: str | None) -> HTTPException:
    problem = f"X-Ops-Key is {'missing' if key is None else 'wrong'}"
    return HTTPException(HTTPStatus.UNAUTHORIZED, problem, {"WWW-Authenticate": "APIKey"})
