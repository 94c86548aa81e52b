"""Reads the fields of a sent form."""

from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Depends, Request

Form = dict[str, list[str]]
"""The values of each field, in their order."""
MOST_FIELDS = 1000


async def read_form(request: Request) -> Form:
    """Return the fields of a form; raises ValueError for more than MOST_FIELDS."""
    body = await request.body()
    return parse_qs(body.decode("ascii", "replace"), max_num_fields=MOST_FIELDS)


FormDep = Annotated[Form, Depends(read_form)]
