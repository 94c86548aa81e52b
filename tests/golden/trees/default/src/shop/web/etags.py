"""Entity tags (RFC 9110): the state of what is sent, by which a caller says what it has seen.

`If-Match` refuses to change what somebody else has changed meanwhile, so no change is lost.
`If-None-Match` spares a caller the body that it has.
"""

import re
from collections.abc import Sequence
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, TypeVar

from fastapi import Header, HTTPException, Response
from pydantic import BaseModel

from .errors import ServiceError
from .refusals import Responses

View = TypeVar("View", bound=BaseModel)

IfMatch = Annotated[
    list[str] | None, Header(description="Change it only if its `ETag` is one of these, or `*`")
]
IfNoneMatch = Annotated[
    list[str] | None, Header(description="Send it only if its `ETag` is none of these")
]

UNCHANGED: Responses = {304: {"description": "It is what `If-None-Match` names: no body"}}
"""For routes that send one."""

_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')


class PreconditionError(ServiceError):
    """The object is not in the state that the caller has seen."""

    status = HTTPStatus.PRECONDITION_FAILED


def etag_of(view: BaseModel) -> str:
    """Give the strong entity tag of a view: a hash of its JSON, so it needs no column."""
    return f'"{sha256(view.model_dump_json().encode()).hexdigest()[:32]}"'


def require_match(if_match: Sequence[str], view: BaseModel) -> None:
    """Raise PreconditionError if this is not what `If-Match` names; a weak tag names nothing.

    What is compared must be locked, else it may change after that.
    """
    said = ",".join(if_match)
    strong = [tag for weak, tag in _TAG.findall(said) if not weak]
    if said.strip() != "*" and etag_of(view) not in strong:
        raise PreconditionError("it is not what If-Match names: look at it again")


def tagged(response: Response, view: View, if_none_match: Sequence[str] | None = None) -> View:
    """Send the entity tag of a view with it; raises 304 if `If-None-Match` names that."""
    etag = response.headers["ETag"] = etag_of(view)
    said = ",".join(if_none_match or ())
    if said.strip() == "*" or etag in [tag for _, tag in _TAG.findall(said)]:
        raise HTTPException(HTTPStatus.NOT_MODIFIED, headers={"ETag": etag})
    return view
