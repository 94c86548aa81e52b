"""What of the project's own the service of a new version has itself: routes, tables, modules."""

from collections.abc import Iterator, Sequence

from fastforge.errors import UsageError
from fastforge.parts.modules.paths import path_of
from fastforge.parts.modules.place import KEPT_TABLES
from fastforge.parts.routes import check_is_not_reserved
from fastforge.project.record import Record
from fastforge.render import Tree

_ROUTE = "The service answers at {route} itself now: give the {kind} another route."


def taken(records: Sequence[Record]) -> Iterator[str]:
    """Tell which parts have a route or a table that the service has now."""
    for record in records:
        if record.kind == "module" and record.name in KEPT_TABLES:
            yield f"The service has a table called {record.name} itself now: rename the module."
        route = path_of(record.name) if record.kind == "module" else record.answers.get("route")
        if record.kind in {"module", "task"} and route and _is_reserved(str(route)):
            yield _ROUTE.format(route=route, kind=record.kind)


def hidden(yours: Tree, after: Tree) -> Iterator[str]:
    """Tell which modules of the user's a new package of the same name hides from imports."""
    for path in sorted(after.keys() - yours.keys()):
        module = path.removesuffix("/__init__.py") + ".py"
        if path.endswith("/__init__.py") and module in after:
            yield f"{module} is hidden by the new package {path}: rename it."


def _is_reserved(route: str) -> bool:
    try:
        check_is_not_reserved(route)
    except UsageError:
        return True
    return False
