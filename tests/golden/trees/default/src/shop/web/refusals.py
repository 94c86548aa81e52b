"""How routes may refuse, for the OpenAPI document: `responses=refusals(404)`."""

from typing import Any

from pydantic import BaseModel

Responses = dict[int | str, dict[str, Any]]
"""What `responses=` of a route or router takes."""


class Problem(BaseModel):
    """What every refusal says, but for 422, which names each wrong field."""

    detail: str


def refusals(*statuses: int) -> Responses:
    """Document for OpenAPI with which statuses a route, or each route of a router, may refuse."""
    return {status: {"model": Problem} for status in statuses}


BODY_REFUSALS = refusals(400, 413)
"""For every route that reads a body: not readable as text, larger than MAX_BODY_BYTES."""
