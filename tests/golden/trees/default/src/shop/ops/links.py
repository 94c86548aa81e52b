"""The URLs of the page, wherever the application is mounted and its router included."""

from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import quote, urlencode

from fastapi import FastAPI, Request
from fastapi.routing import iter_route_contexts

from ..web.protocol import root_path


def link(request: Request, route: str, /, **parts: object) -> str:
    """Return the path of a route by the name of its function; further `parts` become the query.

    Parts that are None are left out; of a list, each value is in the query.
    """
    path, query = _path(request.app, route), []
    for name, value in parts.items():
        if f"{{{name}}}" in path:
            path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
        elif value is not None:
            query.append((name, value))
    return with_query(root_path(request) + path, query)


@lru_cache
def _path(app: FastAPI, route: str) -> str:
    """Return the path of a route with its parameters in braces; looked up once, which is slow."""
    paths = {each.name: each.path_format for each in iter_route_contexts(app.routes)}
    return paths[route] or ""


def with_query(path: str, query: Sequence[tuple[str, object]]) -> str:
    """Add a query to a path."""
    return f"{path}?{urlencode(query, doseq=True)}" if query else path


def here(request: Request) -> str:
    """Return path and query of the request as its browser knows them."""
    root, path = root_path(request), quote(request.scope["path"])
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{path if path.startswith(root) else root + path}{query}"
