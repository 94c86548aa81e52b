"""Where a project has what its parts import: that depends on the fastforge that made it."""

from collections.abc import Mapping, Sequence
from typing import Final

from fastforge.errors import UsageError
from fastforge.params.kinds import JSON_DECIMAL
from fastforge.parts.needs import OTHER_VERSION, defines
from fastforge.project.project import Project

MODULES: Final[Mapping[str, tuple[str, ...]]] = {
    "Enqueue": ("background",),
    "Job": ("background", "scheduling"),
    "NotFoundError": ("web.errors", "errors"),
    "refusals": ("web.refusals", "refusals"),
    "CallerDep": ("web.security",),
    "ClientOnly": ("web.security", "security"),
    "client_with": ("web.security", "security"),
    "OpsWrite": ("web.security", "security"),
    "Paging": ("web.paging",),
    "tagged": ("web.etags",),
    "require_match": ("web.etags",),
    "LEFT_OUT": ("values.left_out",),
    "HeaderKey": ("values.keys", "keys"),
    JSON_DECIMAL: ("values.decimals", "decimals"),
    "taken": ("database",),
    "find_work": ("process.discovery", "discovery"),
}
"""The module that defines a name: in the newest projects, then in those of before."""

_LATER: Final = frozenset({"ClientOnly", "HeaderKey", JSON_DECIMAL, "taken"})
"""What the first projects do not have. They have no `keys.py` either, by which they are known."""

_OF_CLIENTS: Final = frozenset({"CallerDep", "ClientOnly", "client_with"})
"""What projects have that know clients."""

_NEW: Final = frozenset({"Enqueue"})
"""What projects have whose background work knows priorities, rate limits and delays."""

_UNGUARDED: Final = (
    "This project is of a fastforge without keys for clients, so the new routes have no guard, as "
    "the others have none: whoever reaches the service may use them."
)


def places_of(project: Project) -> dict[str, str]:
    """Give the module of each name; empty where a project does without it.

    The first ones lack some, and one that was made without access control for clients has none.
    """
    lacks = _OF_CLIENTS if project.answers.auth == "none" else frozenset[str]()
    return {
        name: "" if name in lacks else _place(project, name, modules)
        for name, modules in MODULES.items()
    }


def decimal_of(project: Project) -> str:
    """Give the type of a decimal that a request brings."""
    return JSON_DECIMAL if places_of(project)[JSON_DECIMAL] else "Decimal"


def check_options(project: Project, options: Sequence[str]) -> None:
    """Raise UsageError for options that the background work of an older project knows not."""
    if options and not places_of(project)["Enqueue"]:
        background = (project.package / "background").relative_to(project.root).as_posix()
        words = " and ".join(options)
        problem = f"{words} cannot be in this project: there is no `Enqueue` in {background}."
        raise UsageError(problem, OTHER_VERSION)


def notes_on(project: Project) -> tuple[str, ...]:
    """Say what routes that are added do without."""
    is_first = project.answers.auth != "none" and not places_of(project)["ClientOnly"]
    return (_UNGUARDED,) if is_first else ()


def _place(project: Project, name: str, modules: tuple[str, ...]) -> str:
    for module in modules:
        if defines(project.package.joinpath(*module.split(".")), name):
            return module
    is_first = not any(path.endswith("/keys.py") for path in project.record.digests)
    does_without = name in _NEW or (is_first and name in _LATER)
    return "" if does_without else _nearest(project, modules)


def _nearest(project: Project, modules: tuple[str, ...]) -> str:
    """Give the module in which a name is missed."""
    for module in reversed(modules):
        place = project.package.joinpath(*module.split("."))
        if place.is_dir() or place.with_suffix(".py").is_file():
            return module
    return modules[0]
