"""Where a module goes in a project: the revision before its own, and what may be in the way."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fastforge.errors import UsageError
from fastforge.parts.guards import (
    check_callers_are_known,
    check_clients_are_known,
    read_guard,
    usual_guard,
)
from fastforge.parts.modules.file_paths import check_files
from fastforge.parts.modules.files import files_of
from fastforge.parts.modules.lists import split
from fastforge.parts.modules.module import (
    GUARDS,
    USUAL_FIELDS,
    ModuleAnswers,
    check_item,
    new_revision,
    usual_item,
)
from fastforge.parts.modules.paths import nested_path, path_of
from fastforge.parts.modules.relations import relations_of
from fastforge.parts.modules.routes import ROUTES, read_routes
from fastforge.parts.modules.table_uses import declared_tables
from fastforge.parts.part import check_free, saved
from fastforge.parts.routes import RESERVED
from fastforge.project.project import Project
from fastforge.project.revisions import heads, read_revisions
from fastforge.project.sources import parse, python_files, routes

LONGEST_TOGETHER = 60
"""Characters in the names of package and module: with more, generated lines would be too long."""

KEPT_TABLES = frozenset(
    """
    alembic_version apscheduler_jobs apscheduler_runtime_jobs handled_jobs paused_jobs
    runner_processes runs scheduler_processes scheduler_starts
    """.split()
)
"""Alembic's, and what the service's own were called before revision 0005."""
OF_TABLE = (
    *("revision", "parents", "stamped"),
    *("made_fields", "made_filters", "made_sorts", "altered"),
)
"""Answers of a module that was added before: they say what has become of its table."""

_NESTED = re.compile(r"/\{\w+_id\}/(?!publish$)")
"""What lists the rows that refer to one of a module: it belongs to the module of these rows."""
_TABLE = re.compile(r"""^\s*__tablename__\s*(?::.*)?=\s*["'](\w+)["']""", re.MULTILINE)


def answer(project: Project, given: Mapping[str, object]) -> ModuleAnswers:
    """Complete what was given; raises UsageError if there can be no such module in the project.

    The revision of a module that was added before, and the ones before it, stay what they were.
    """
    name = str(given["name"])
    check_place(project, name)
    item = str(given.get("item") or usual_item(name))
    check_item(item)
    texts = given.get("fields")
    fields = tuple(map(str, texts)) if isinstance(texts, tuple) and texts else USUAL_FIELDS
    owned = bool(given.get("owned"))
    check_relations(project, name, fields, owned=owned)
    gateway = bool(given.get("gateway"))
    lists = {name: split(_texts(given.get(name))) for name in ("filters", "sorts", "searched")}
    typed = given.get("routes")
    routes = ROUTES if typed is None else read_routes(str(typed))
    if "list" not in routes and any(lists.values()):
        problem = "--filter, --sort and --search are of the route `list`, which is not chosen."
        raise UsageError(problem, "Choose it with --routes, or leave them out.")
    check_files(project, name, fields, routes)
    if gateway:
        _require_http_client(project)
    guard = read_guard(str(given.get("guard") or usual_guard(project)), GUARDS)
    check_clients_are_known(project, guard)
    if owned:
        check_callers_are_known(project, guard)
    if before := saved(project, "module", name):
        kept = ModuleAnswers.from_dict(before.answers)
        of_table: dict[str, Any] = {each: getattr(kept, each) for each in OF_TABLE}
    else:
        revisions = read_revisions(project)
        taken = {revision.id for revision in revisions}
        indexed = [lists["filters"], lists["sorts"]] if any(lists.values()) else []
        told = [*indexed, *(["owned"] if owned else [])]
        revision = new_revision([name, item, list(fields), gateway, *told], taken)
        parents = tuple(sorted(revision.id for revision in heads(revisions)))
        of_table = {"revision": revision, "parents": parents, "stamped": True}
    return ModuleAnswers(
        name=name,
        item=item,
        fields=fields,
        gateway=gateway,
        routes=routes,
        guard=guard,
        owned=owned,
        owned_modules=_owned_modules(project, name, fields) if owned else (),
        **{**lists, **of_table},
    )


def _texts(given: object) -> tuple[str, ...]:
    return tuple(map(str, given)) if isinstance(given, tuple) else ()


def _owned_modules(project: Project, name: str, texts: Sequence[str]) -> tuple[str, ...]:
    """Give the modules that the fields of an owned one refer to, as far as they are owned."""
    modules = {relation.module for relation in relations_of(texts)}
    return tuple(sorted(each for each in modules if each == name or _is_owned(project, each)))


def _is_owned(project: Project, module: str) -> bool:
    record = saved(project, "module", module)
    return record is not None and ModuleAnswers.from_dict(record.answers).owned


def check_relations(
    project: Project, name: str, texts: Sequence[str], *, owned: bool = False
) -> None:
    """Raise UsageError if a field refers to what is no module of fastforge's, or cannot refer.

    Rows without owners cannot refer to rows that have some: nobody else would find these.
    """
    for relation in relations_of(texts):
        if relation.module == name:
            if relation.unique or not relation.nullable:
                problem = f"The field `{relation.name}` refers to the module {name} itself."
                raise UsageError(problem, "So it must be |None, and cannot be unique.")
        elif not _has_rows(project, relation.module):
            made = [record.name for record in project.parts("module")]
            hint = f"It added: {', '.join(made)}." if made else "Add that module first."
            problem = f"There is no module {relation.module} that `fastforge add-module` made"
            raise UsageError(f"{problem}, for `{relation.name}` to refer to.", hint)
        elif not owned and _is_owned(project, relation.module):
            problem = f"Rows of {relation.module} belong to callers, and those of {name} would not"
            hint = "Add --owned, or leave the field out."
            raise UsageError(f"{problem}: `{relation.name}` cannot refer to them.", hint)


def _has_rows(project: Project, module: str) -> bool:
    """Tell whether a module that was added still has the table of its name."""
    models = (project.package / "modules" / module / "models.py").relative_to(project.root)
    found = saved(project, "module", module) is not None
    return found and module in declared_tables(project, [models.as_posix()])


def check_place(project: Project, name: str) -> None:
    """Raise UsageError if the name, the routes or the table of a module are taken."""
    check_free(project, "module", name)
    if name.startswith(("sqlite_", "fastforge_")) or name in KEPT_TABLES:
        problem = f"The module name `{name}` is kept for a table of the database or of the service."
        raise UsageError(problem, "Choose another.")
    package = project.package.name
    if len(package) + len(name) > LONGEST_TOGETHER:
        problem = f"The module name `{name}` is too long for imports from the package {package}."
        hint = f"Give one of at most {LONGEST_TOGETHER - len(package)} characters."
        raise UsageError(problem, hint)
    if path_of(name) in RESERVED:
        problem = f"The service itself answers at {path_of(name)}."
        raise UsageError(problem, "Choose another name.")
    own = project.package / "modules" / name
    for path in python_files(project.package):
        if own not in path.parents:
            _refuse_same(project, name, path)


def _refuse_same(project: Project, name: str, path: Path) -> None:
    text = path.read_text("utf-8", errors="replace")
    place = path.relative_to(project.root)
    if name in _TABLE.findall(text):
        raise UsageError(f"{place} has a table `{name}` already.", "Choose another name.")
    if "Router" not in text:
        return
    for declared in routes(parse(path)):
        route = declared.partition(" ")[2]
        if f"{route}/".startswith(f"{path_of(name)}/") and not _NESTED.search(route):
            problem = f"{place} has the route {declared} already."
            raise UsageError(problem, "Choose another name.")


def _require_http_client(project: Project) -> None:
    """Raise UsageError unless the service, not only its tests, depends on httpx2."""
    import tomllib

    try:
        declared = tomllib.loads((project.root / "pyproject.toml").read_text("utf-8"))
        dependencies = declared["project"]["dependencies"]
    except (OSError, KeyError, TypeError, ValueError):
        return
    if not any(re.match(r"httpx2\b", str(text)) for text in dependencies):
        problem = "A gateway needs httpx2, which the project does not depend on."
        raise UsageError(problem, "Add it first: uv add 'httpx2>=2'")


def routes_of(answers: ModuleAnswers) -> tuple[str, ...]:
    """Give the routes of a module, as `fastforge list` does."""
    path, one = path_of(answers.name), f"{path_of(answers.name)}/{{{answers.item}_id}}"
    found = {
        "list": f"GET {path}",
        "create": f"POST {path}",
        "get": f"GET {one}",
        "replace": f"PUT {one}",
        "change": f"PATCH {one}",
        "delete": f"DELETE {one}",
    }
    chosen = [declared for name, declared in found.items() if name in answers.routes]
    if "list" in answers.routes:
        relations = relations_of(answers.fields)
        chosen[1:1] = [f"GET {nested_path(answers.name, each, relations)}" for each in relations]
    chosen += [
        f"{method} {one}{file.path}"
        for file in files_of(answers.fields)
        for method in ("GET", "PUT", "DELETE")
        if method != "GET" or "get" in answers.routes
    ]
    return (*chosen, *([f"POST {one}/publish"] if answers.gateway else []))


def next_steps(answers: ModuleAnswers) -> tuple[str, ...]:
    """Say what to do with a module that was added."""
    steps = ["Next: uv run alembic upgrade heads (the next start does it too) makes the table."]
    if answers.gateway:
        steps.append(f"Then replace the request in modules/{answers.name}/gateway.py: see REPLACE.")
    return tuple(steps)
