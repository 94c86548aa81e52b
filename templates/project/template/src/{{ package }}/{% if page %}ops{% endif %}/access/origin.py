"""Refuses changes by pages of other sites, which a browser would make with the visitor's cookie."""

from http import HTTPStatus

from fastapi import Depends, HTTPException, Request

SAFE = {"GET", "HEAD", "OPTIONS"}
FOREIGN = "only pages of this service may do that, or requests with the header X-Ops-Key"


def changes(request: Request) -> bool:
    """Tell whether a request may change something, by its method."""
    return request.method not in SAFE


async def refuse_foreign(request: Request) -> None:
    """Raise 403 for a change that a page of another site asks for; none can send the header."""
    if changes(request) and not request.headers.get("x-ops-key") and not is_own(request):
        raise HTTPException(HTTPStatus.FORBIDDEN, FOREIGN)


def is_own(request: Request) -> bool:
    """Tell whether a page of this service made the request.

    Browsers say it in `Sec-Fetch-Site`, but for old ones and those that came without TLS.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    own = f"{request.url.scheme}://{request.headers.get('host', '')}"
    return request.headers.get("origin") == own


OwnOnly = Depends(refuse_foreign)
