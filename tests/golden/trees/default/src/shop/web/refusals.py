"""Documents error responses in the OpenAPI document: `responses=refusals(404)`."""

from typing import Any

from pydantic import BaseModel

Responses = dict[int | str, dict[str, Any]]
"""The type of `responses=` of a route or router."""


_CHALLENGE = {"description": "How to say who calls", "schema": {"type": "string"}}
_HEADERS = {401: {"headers": {"WWW-Authenticate": _CHALLENGE}}}


class Problem(BaseModel):
    """The body of every error response but 422, which names each wrong field."""

    detail: str


def refusals(*statuses: int) -> Responses:
    """Return `responses=` for the error statuses of a route, or of all routes of a router."""
    return {status: {"model": Problem, **_HEADERS.get(status, {})} for status in statuses}


BODY_REFUSALS = refusals(400, 413)
"""For routes that read a body: it is not valid text, or larger than MAX_BODY_BYTES."""
