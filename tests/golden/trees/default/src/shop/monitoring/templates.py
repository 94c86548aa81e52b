"""Finds the path template of a request, such as `/jobs/{name}`, which becomes a metrics label."""

from collections.abc import Callable, Iterator, Sequence

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Match, Mount
from starlette.types import Scope

NO_ROUTE = "none"
"""The label of every path without a route: callers can make up any number of them."""

Matches = Callable[[Scope], tuple[Match, Scope]]
Template = tuple[Matches, str]
"""What tells whether a request matches, and the text."""


class Templates:
    """The path templates of an application, with the prefixes of its routers.

    Routing leaves the endpoint in the scope; looking it up is faster than matching the path again.
    """

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        """Take the routes of an application; there may be more later."""
        self._routes = routes
        self._of_endpoint: dict[int, list[Template]] = {}

    def find(self, scope: Scope) -> str:
        """Return the template of a request that was answered, or NO_ROUTE."""
        endpoint = scope.get("endpoint")  # missing if it was answered before routing
        templates = self._of_endpoint.get(id(endpoint)) or self._read(endpoint)
        if len(templates) == 1:
            return templates[0][1]
        asked = {**scope, "root_path": scope.get("app_root_path", scope.get("root_path", ""))}
        return next(text for matches, text in templates if matches(asked)[0] is not Match.NONE)

    def _read(self, endpoint: object) -> list[Template]:
        found = list(_read(self._routes))
        of_endpoint: dict[int, list[Template]] = {}
        for each, template in found:
            of_endpoint.setdefault(id(each), []).append(template)
        self._of_endpoint |= of_endpoint
        everything = [*(template for _, template in found), (_match_all, NO_ROUTE)]
        self._of_endpoint[id(None)] = everything
        return self._of_endpoint.setdefault(id(endpoint), everything)


def _read(
    routes: Sequence[BaseRoute], mount: str = "", mount_matches: Matches | None = None
) -> Iterator[tuple[object, Template]]:
    for context in iter_route_contexts(routes):
        text = f"{mount}{context.path or ''}"
        matches = mount_matches or context.matches
        if isinstance(context.original_route, Mount):
            yield context.app, (matches, text or NO_ROUTE)
            yield from _read(context.original_route.routes, text, matches)
        else:
            yield context.endpoint, (matches, text or NO_ROUTE)


def _match_all(_scope: Scope) -> tuple[Match, Scope]:
    return Match.FULL, {}
