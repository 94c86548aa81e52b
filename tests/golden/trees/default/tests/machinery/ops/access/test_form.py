"""Forms are read without a further dependency."""

import asyncio

import pytest
from fastapi import HTTPException, Request
from starlette.types import Message

from shop.ops.form import MOST_FIELDS, Form, read_form


def read(body: bytes) -> Form:
    """Read a form from a body."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body}

    return asyncio.run(read_form(Request({"type": "http", "headers": []}, receive)))


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (b"", {}),
        (b"a=1&b=x+y%26&a=2", {"a": ["1", "2"], "b": ["x y&"]}),
        (b"a=&b", {}),
        (b"a=%C3%A4", {"a": ["\xe4"]}),
        (b"a=%FF&b=\xff", {"a": ["\ufffd"], "b": ["\ufffd"]}),
        (b'{"a": 1}', {}),
    ],
)
def test_the_fields_of_a_form_are_read(body: bytes, form: Form) -> None:
    assert read(body) == form


def test_a_form_has_only_so_many_fields() -> None:
    assert len(read(b"a=1&" * (MOST_FIELDS - 1) + b"a=1")["a"]) == MOST_FIELDS

    with pytest.raises(HTTPException) as refused:
        read(b"a=1&" * MOST_FIELDS + b"a=1")
    assert refused.value.status_code == 413
