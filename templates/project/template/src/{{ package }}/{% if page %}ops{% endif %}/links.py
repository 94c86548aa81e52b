"""The URLs of the page, wherever the application is mounted and its router included."""

from urllib.parse import urlencode

from fastapi import Request

from ..web.protocol import root_path


def link(request: Request, route: str, /, **parts: object) -> str:
    """Return the path of a route by the name of its function; further `parts` become the query."""
    path = str(request.app.url_path_for(route, **parts))
    return root_path(request) + path


def with_query(path: str, query: list[tuple[str, str]]) -> str:
    """Add a query to a path."""
    return f"{path}?{urlencode(query)}" if query else path
