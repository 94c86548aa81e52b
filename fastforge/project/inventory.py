"""The modules, jobs and tasks of a project, and where they are declared."""

import ast
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from fastforge.project.payloads import Parameter, parameters
from fastforge.project.project import Project
from fastforge.project.schedules import schedule
from fastforge.project.sources import (
    declaration,
    discovered,
    files_of,
    guard,
    imported_tasks,
    parse,
    routes,
)


@dataclass(frozen=True, slots=True)
class ModuleEntry:
    """A feature: its folder in `modules/`, its routes, and who may use them, if there are any.

    The rows of an `owned` one belong to the callers that made them.
    """

    name: str
    routes: tuple[str, ...]
    place: str
    guard: str | None = None
    owned: bool = False


@dataclass(frozen=True, slots=True)
class JobEntry:
    """A scheduled job; `next_run` is None if it is never due again or only the program knows.

    `enabled` is what the source says; a pause at run time is known to the service alone. `queues`
    are the tasks whose TASK it imports.
    """

    name: str
    schedule: str
    enabled: bool
    next_run: str | None
    place: str
    queues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskEntry:
    """A background task, the routes that its own file declares, and what it is given.

    `parameters` is None where the class of its payload cannot be read, `guard` where there is no
    route; `priority` and `rate_limit` are Python source, None for what its file does not say.
    """

    name: str
    routes: tuple[str, ...]
    parameters: tuple[Parameter, ...] | None
    place: str
    guard: str | None = None
    priority: str | None = None
    rate_limit: str | None = None


@dataclass(frozen=True, slots=True)
class Inventory:
    """What discovery finds in a project, sorted by name."""

    modules: tuple[ModuleEntry, ...]
    jobs: tuple[JobEntry, ...]
    tasks: tuple[TaskEntry, ...]

    def as_json(self) -> dict[str, object]:
        """Give the inventory for machines."""
        return asdict(self)


def take_inventory(project: Project, now: datetime) -> Inventory:
    """Read a project's sources; raises FastforgeError if one is not Python."""
    return Inventory(
        modules=tuple(_modules(project)),
        jobs=tuple(_jobs(project, now)),
        tasks=tuple(_tasks(project)),
    )


def _modules(project: Project) -> Iterator[ModuleEntry]:
    for folder in discovered(files_of(project.package / "modules", "")):
        sources = files_of(folder, ".py")
        modules = [parse(source) for source in sources]
        found = [route for module in modules for route in routes(module)]
        guards = sorted({guard(module) for module in modules if any(routes(module))})
        if sources:
            said = ", ".join(guards) or None
            owned = any(map(_has_owners, modules))
            yield ModuleEntry(folder.name, tuple(found), _place(project, folder), said, owned)


def _has_owners(module: ast.Module) -> bool:
    """Tell whether a module's repository is that of one owner."""
    for node in module.body:
        match node:
            case ast.ClassDef(name="Repository", body=body):
                return any(
                    isinstance(each, ast.AnnAssign) and ast.unparse(each.target) == "owner"
                    for each in body
                )
    return False


def _jobs(project: Project, now: datetime) -> Iterator[JobEntry]:
    for path in _files(project, "jobs"):
        module = parse(path)
        if job := declaration(module, "JOB"):
            words, next_run = _due(job.arguments.get("schedule"), module, now)
            enabled = not _is_false(job.arguments.get("enabled"))
            upcoming = next_run if enabled else None
            place = _place(project, path, job.line)
            queues = tuple(imported_tasks(module))
            yield JobEntry(path.stem, words, enabled, upcoming, place, queues)


def _tasks(project: Project) -> Iterator[TaskEntry]:
    for path in _files(project, "tasks"):
        module = parse(path)
        if task := declaration(module, "TASK"):
            given = parameters(path, task.arguments.get("payload"), project.package)
            place = _place(project, path, task.line)
            found = tuple(routes(module))
            yield TaskEntry(
                path.stem,
                found,
                given,
                place,
                guard=guard(module) if found else None,
                priority=_said(task.arguments.get("priority")),
                rate_limit=_said(task.arguments.get("rate_limit")),
            )


def _said(expression: ast.expr | None) -> str | None:
    match expression:
        case None:
            return None
        case ast.Constant(value=str(text)):
            return text
        case _:
            return ast.unparse(expression)


def _is_false(expression: ast.expr | None) -> bool:
    return isinstance(expression, ast.Constant) and expression.value is False


def _due(expression: ast.expr | None, module: ast.Module, now: datetime) -> tuple[str, str | None]:
    if expression is None:
        return "no schedule", None
    made = schedule(expression, module)
    if made is None:
        return ast.unparse(expression), None
    upcoming = made.next_after(now)
    return made.describe(), upcoming.isoformat() if upcoming else None


def _files(project: Project, folder: str) -> list[Path]:
    return discovered(files_of(project.package / folder, ".py"))


def _place(project: Project, path: Path, line: int | None = None) -> str:
    place = path.relative_to(project.root).as_posix()
    return f"{place}:{line}" if line else place
