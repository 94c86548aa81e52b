"""Lets operators in, and readers as far as they only look."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, HTTPException, Request

from ...settings import SettingsDep
from ...web.security import OperatorDep

SHUT = "the page is shut: set OPS_API_KEY"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks."""

    name: str
    may_change: bool


async def find_visitor(
    request: Request, settings: SettingsDep, *, operator: OperatorDep
) -> Visitor:
    """Return who asks; raises an error that becomes a page when nobody may."""
    if settings.ops_api_key is None:
        raise HTTPException(HTTPStatus.FORBIDDEN, SHUT)
    if not operator:
        raise HTTPException(HTTPStatus.UNAUTHORIZED, "log in")
    request.state.visitor = visitor = Visitor("operator", may_change=True)
    return visitor


VisitorDep = Annotated[Visitor, Depends(find_visitor)]
Guarded = Depends(find_visitor)
