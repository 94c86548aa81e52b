"""What else in a project uses the table of a module, read from the sources without running them."""

import ast
import re
from collections.abc import Collection

from fastforge.parts.modules.module import ModuleAnswers, model_name
from fastforge.parts.uses import importers, lines, places
from fastforge.project.project import Project
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
    found = list(places(project, ["src"], gone, uses))
    found += [f"{path}:{line}" for path in sorted(kept) for line in lines(project, path, uses)]
    imported = importers(project, "module", answers.name, gone)
    return sorted({*found, *(place for place in imported if place.startswith("src/"))})


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
