"""Access control: clients send `X-API-Key`, operators send `X-Ops-Key`.

The keys are in the settings CLIENT_API_KEYS, OPS_API_KEY, and OPS_READ_KEY for operators who change
nothing. `ClientOnly` guards a route for clients, `OpsRead` and `OpsWrite` for operators.

All are async: FastAPI would call another in a thread, which takes longer than all it does and has a
log context of its own.
"""

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, HTTPException, Request, Security
from fastapi.security import APIKeyHeader
from pydantic import SecretStr

from ..process.logs import add_log_context
from ..settings import Settings, SettingsDep
from .callers import is_local

OPERATOR, READER = "operator", "reader"
READS_ONLY = "OPS_READ_KEY only reads: changes need OPS_API_KEY"
_client_key = APIKeyHeader(
    name="X-API-Key",
    scheme_name="client",
    auto_error=False,
    description="A key of CLIENT_API_KEYS; a key of operators works here too",
)
_ops_key = APIKeyHeader(
    name="X-Ops-Key",
    scheme_name="operator",
    auto_error=False,
    description="The setting OPS_API_KEY, or OPS_READ_KEY to read",
)
ApiKey = Annotated[str | None, Security(_client_key)]
OpsKey = Annotated[str | None, Security(_ops_key)]


async def find_client(request: Request, key: ApiKey) -> str | None:
    """Return the name of the client whose key was sent; None for no key or an unknown one."""
    settings: Settings = request.app.state.settings
    return _find_name(key, settings.client_api_keys)


ClientDep = Annotated[str | None, Depends(find_client)]


async def guard_client(
    request: Request, settings: SettingsDep, client: ClientDep, key: ApiKey
) -> None:
    """Allow clients with a key; while no key is set, allow callers on this machine."""
    if not settings.client_api_keys:
        if not is_local(request):
            raise HTTPException(
                HTTPStatus.UNAUTHORIZED,
                "only callers on this machine are answered: set CLIENT_API_KEYS, and send one of"
                " these keys as X-API-Key",
            )
    elif client is None:
        raise HTTPException(HTTPStatus.UNAUTHORIZED, _problem("X-API-Key", key))
    else:
        request.state.client = client
        add_log_context(client=client)


def whose(settings: Settings, key: str | None) -> str | None:
    """Return OPERATOR for OPS_API_KEY, READER for OPS_READ_KEY, None for anything else."""
    keys = {READER: settings.ops_read_key, OPERATOR: settings.ops_api_key}
    return _find_name(key, {name: key for name, key in keys.items() if key is not None})


async def find_operator(
    settings: SettingsDep, ops_key: OpsKey, key: ApiKey, client: ClientDep
) -> str | None:
    """Return whose key was sent, OPERATOR or READER; raises 401 for a wrong key."""
    found = whose(settings, key if ops_key is None else ops_key)
    if found is None and ops_key is not None:
        raise HTTPException(HTTPStatus.UNAUTHORIZED, _problem("X-Ops-Key", ops_key))
    if found is None and key is not None and client is None:
        raise HTTPException(HTTPStatus.UNAUTHORIZED, _problem("X-API-Key", key))
    return found


SenderDep = Annotated[str | None, Depends(find_operator)]


async def is_operator(sender: SenderDep) -> bool:
    """Tell whether a key of operators was sent: then routes show details."""
    return sender is not None


OperatorDep = Annotated[bool, Depends(is_operator)]


async def guard_read(settings: SettingsDep, *, operator: OperatorDep) -> None:
    """Allow operators; while no key is set, allow everyone (routes then leave details out)."""
    if not operator and (settings.ops_api_key or settings.ops_read_key):
        raise HTTPException(HTTPStatus.UNAUTHORIZED, _problem("X-Ops-Key", None))


async def guard_write(settings: SettingsDep, sender: SenderDep) -> None:
    """Allow operators only; while OPS_API_KEY is not set, all changes are refused."""
    if settings.ops_api_key is None:
        raise HTTPException(HTTPStatus.FORBIDDEN, "operations are off: set OPS_API_KEY")
    if sender == READER:
        raise HTTPException(HTTPStatus.FORBIDDEN, READS_ONLY)
    if sender is None:
        raise HTTPException(HTTPStatus.UNAUTHORIZED, _problem("X-Ops-Key", None))


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


def _problem(header: str, given: str | None) -> str:
    return f"{header} is {'missing' if given is None else 'wrong'}"
