"""Tells whether a request was made by a page of this service (CSRF)."""

from fastapi import Request

SAFE = {"GET", "HEAD", "OPTIONS"}


def is_safe(method: str) -> bool:
    """Tell whether requests with this method change nothing."""
    return method in SAFE


def is_own(request: Request) -> bool:
    """Tell whether a page of this service made the request.

    Browsers tell it by `Sec-Fetch-Site`; old ones, and all where there is no TLS, only by `Origin`.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    own = f"{request.url.scheme}://{request.headers.get('host', '')}"
    return request.headers.get("origin") == own
