"""What else in a project uses the table of a module, read from the sources without running them."""

import ast
import re
from collections.abc import Collection

from fastforge.parts.modules.module import ModuleAnswers, model_name
from fastforge.parts.modules.relations import relations_of
from fastforge.parts.part import moved_with_package
from fastforge.parts.uses import importers, lines, places
from fastforge.project.project import Project
from fastforge.project.record import digest
from fastforge.project.revisions import Revision
from fastforge.project.sources import parse

_SQL = r"(?i:from|join|into|update|table|references|index\s+\w+\s+on)"


def users_of_table(
    project: Project, answers: ModuleAnswers, gone: Collection[str], later: Collection[Revision]
) -> list[str]:
    """Give the places that use the table of a module, or a model of it, as `file:line`.

    They are the sources that stay, by what they declare, import and write, and the revisions that
    came `later`: they may have renamed the table, or made another one refer to it.
    """
    table = re.escape(answers.name)
    named = re.compile(rf"(?:\w+\.)?{table}(?:\.\w+)?")
    sql = re.compile(rf"\b{_SQL}\s+\W?(?:\w+\W+)?{table}\b")
    model = re.compile(rf"\b{model_name(answers.item)}\b")
    names = {answers.name, answers.item, answers.item.replace("_", "")}

    def uses(node: ast.AST, _: str) -> bool:
        match node:
            case ast.ClassDef(name=name):
                return _words(name) in names or name.lower() in names
            case ast.Constant(value=str(text)):
                return bool(named.fullmatch(text) or sql.search(text) or model.search(text))
            case _:
                return False

    kept = {revision.path.relative_to(project.root).as_posix() for revision in later} - {*gone}
    known = {*gone, *(_as_made(project) if answers.fields else ())}
    found = set(places(project, ["src"], known, uses))
    found |= {f"{path}:{line}" for path in kept for line in lines(project, path, uses)}
    imported = importers(project, "module", answers.name, gone)
    found |= {place for place in imported if place.startswith("src/")}
    return sorted(found - _of_dropped_tables(project, kept))


def _as_made(project: Project) -> set[str]:
    """Give the project's own files that nobody edited: they use no table of an added module."""
    made = moved_with_package(project, project.record).digests
    there = ((path, project.root / path) for path in made if path.startswith("src/"))
    return {
        path for path, file in there if file.is_file() and digest(file.read_bytes()) == made[path]
    }


def _of_dropped_tables(project: Project, paths: Collection[str]) -> set[str]:
    """Give the places in revisions that make tables which one of them drops."""
    dropped = _dropped(project, paths)
    return {f"{path}:{line}" for path in paths for line in _lines_of(project, path, dropped)}


def _dropped(project: Project, paths: Collection[str]) -> set[str]:
    """Give the tables that these revisions drop when they are applied."""
    found = set()
    for path in paths:
        for function in parse(project.root / path).body:
            for node in ast.walk(function):
                match function, node:
                    case (
                        ast.FunctionDef(name="upgrade"),
                        ast.Call(
                            func=ast.Attribute(attr="drop_table"), args=[ast.Constant(str(name))]
                        ),
                    ):
                        found.add(name)
    return found


def _lines_of(project: Project, path: str, tables: Collection[str]) -> set[int]:
    """Give the lines of a revision that make these tables."""
    found: set[int] = set()
    for node in ast.walk(parse(project.root / path)):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="create_table"), args=[ast.Constant(str(name)), *_]
            ) if name in tables:
                found.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return found


def referring(project: Project, name: str) -> dict[str, list[str]]:
    """Give the other modules with fields that refer to this one, by what was typed for them."""
    found = {}
    for record in project.parts("module"):
        relations = relations_of(ModuleAnswers.from_dict(record.answers).fields)
        names = [each.field for each in relations if each.module == name]
        if names and record.name != name:
            found[record.name] = names
    return found


def declared_tables(project: Project, paths: Collection[str]) -> set[str]:
    """Give the tables that these files declare by name."""
    found = set()
    for path in paths:
        place = project.root / path
        if place.is_file() and path.startswith("src/") and path.endswith(".py"):
            for node in ast.walk(parse(place)):
                match node:
                    case ast.Assign(
                        targets=[ast.Name("__tablename__")], value=ast.Constant(str(name))
                    ):
                        found.add(name)
                    case ast.AnnAssign(
                        target=ast.Name("__tablename__"), value=ast.Constant(str(name))
                    ):
                        found.add(name)
    return found


def _words(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
