"""The key for the operations routes: `X-API-Key` must equal the setting OPS_API_KEY."""

import secrets
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, HTTPException, Security
from fastapi.security import APIKeyHeader

from .settings import SettingsDep

_header = APIKeyHeader(name="X-API-Key", auto_error=False, description="The OPS_API_KEY setting")


def is_operator(settings: SettingsDep, key: Annotated[str | None, Security(_header)]) -> bool:
    """Tell whether the right key came with the request; raises 401 for a wrong one."""
    if key is None:
        return False
    expected = settings.ops_api_key
    if expected and secrets.compare_digest(key.encode(), expected.get_secret_value().encode()):
        return True
    raise HTTPException(HTTPStatus.UNAUTHORIZED, "X-API-Key is wrong")


OperatorDep = Annotated[bool, Depends(is_operator)]


def guard_read(settings: SettingsDep, *, operator: OperatorDep) -> None:
    """Let anyone read while no key is set (routes leave the details out), else operators only."""
    if settings.ops_api_key is not None and not operator:
        raise HTTPException(HTTPStatus.UNAUTHORIZED, "X-API-Key is missing")


def guard_write(settings: SettingsDep, *, operator: OperatorDep) -> None:
    """Let operators only; with no key set, operations are off."""
    if settings.ops_api_key is None:
        raise HTTPException(HTTPStatus.FORBIDDEN, "operations are off: set OPS_API_KEY")
    if not operator:
        raise HTTPException(HTTPStatus.UNAUTHORIZED, "X-API-Key is missing")


OpsRead = Depends(guard_read)
OpsWrite = Depends(guard_write)
