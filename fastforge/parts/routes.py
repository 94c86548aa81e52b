"""What the route of a task may be, and which file has one already."""

import re
from pathlib import Path

from fastforge.errors import UsageError
from fastforge.project.project import Project
from fastforge.project.sources import discovered, files_of, parse, routes

LONGEST = 60
RESERVED = (
    *("/metrics", "/health", "/docs", "/redoc", "/openapi.json"),
    *("/jobs", "/tasks", "/runs", "/workers", "/ops"),
)
"""The service answers here itself; what lies below such a path is taken too."""

_SHAPE = re.compile(r"(?:/[A-Za-z0-9_~-]+(?:\.[A-Za-z0-9_~-]+)*)+", re.ASCII)
_PLACEHOLDER = re.compile(r"\\\{[^{}]*?(:path)?\\\}")


def check_route(route: str) -> None:
    """Raise UsageError unless `route` can be the path of a new task's endpoint."""
    check_shape(route)
    check_is_not_reserved(route)


def check_shape(route: str) -> None:
    """Raise UsageError unless `route` is written as the path of a task's endpoint is."""
    shown = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in route)
    if "{" in route or "}" in route:
        problem = f"The route {shown} has braces, but a task takes all it is given in the body."
        raise UsageError(problem, "Make it a --param, for example --param customer_id:int.")
    if not _SHAPE.fullmatch(route):
        problem = f"The route {shown} is not made of `/` and letters, digits, `-`, `_`, `.`, `~`."
        raise UsageError(problem, "Write it like /invoices/send.")
    if len(route) > LONGEST:
        problem = f"The route has {len(route)} characters; {LONGEST} is the most."
        raise UsageError(problem, "Give a shorter one.")


def check_is_not_reserved(route: str) -> None:
    """Raise UsageError if the service itself answers at `route`, or above it."""
    taken = [path for path in RESERVED if route == path or route.startswith(f"{path}/")]
    if taken:
        raise UsageError(f"The service itself answers at {taken[0]}.", "Choose another route.")


def check_route_is_free(project: Project, route: str, *, besides: Path) -> None:
    """Raise UsageError if a file of the project, `besides` one, answers a POST at `route`."""
    for path in _files(project):
        if path == besides:
            continue
        for declared in routes(parse(path)):
            method, _, pattern = declared.partition(" ")
            if method == "POST" and _matches(pattern, route):
                place = path.relative_to(project.root)
                problem = f"{place} has the route {declared} already."
                raise UsageError(problem, "Choose another with --route.")


def _files(project: Project) -> list[Path]:
    modules = discovered(files_of(project.package / "modules", ""))
    tasks = discovered(files_of(project.package / "tasks", ".py"))
    return [*(path for module in modules for path in files_of(module, ".py")), *tasks]


def _matches(pattern: str, route: str) -> bool:
    expression = _PLACEHOLDER.sub(lambda match: ".+" if match[1] else "[^/]+", re.escape(pattern))
    return re.fullmatch(expression, route) is not None
