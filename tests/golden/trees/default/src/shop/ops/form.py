"""Reads the fields of a sent form."""

from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import Depends, HTTPException, Request

Form = dict[str, list[str]]
"""The values of each field, in their order."""
MOST_FIELDS = 1000
SCHEMAS: dict[type, dict[str, Any]] = {
    str: {"type": "string"},
    list: {"type": "array", "items": {"type": "string"}},
}


async def read_form(request: Request) -> Form:
    """Return the fields of a form; raises 413 for more than MOST_FIELDS."""
    body = await request.body()
    try:
        return parse_qs(body.decode("ascii", "replace"), max_num_fields=MOST_FIELDS)
    except ValueError as error:
        detail = f"the form has more than {MOST_FIELDS} fields"
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail) from error


FormDep = Annotated[Form, Depends(read_form)]


def sends(**fields: type) -> dict[str, Any]:
    """Return `openapi_extra=` of a route that reads these fields of a form: of `str` or `list`."""
    schema = {"type": "object", "properties": {name: SCHEMAS[of] for name, of in fields.items()}}
    content = {"application/x-www-form-urlencoded": {"schema": schema}}
    return {"requestBody": {"content": content}}
