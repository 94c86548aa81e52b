"""What else in a project uses a part of it, read from the sources without running them."""

import ast
import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from fastforge.errors import FastforgeError
from fastforge.parts.modules.module import ModuleAnswers, model_name
from fastforge.project.project import Project
from fastforge.project.revisions import Revision
from fastforge.project.sources import parse, python_files

_SQL = r"(?i:from|join|into|update|table|references|index\s+\w+\s+on)"


def importers(project: Project, kind: str, name: str, gone: Collection[str]) -> Iterator[str]:
    """Give the places that import a part, or name its module in a text, as `file:line`.

    `gone` are the files that are removed with it.
    """
    part = f"{kind}s.{name}"
    whole = f"{project.package.name}.{part}."
    named = re.compile(rf"\b{re.escape(part)}\b")

    def uses(node: ast.AST, module: str) -> bool:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return named.search(node.value) is not None
        return any(f"{found}.".startswith(whole) for found in _imported(node, module))

    yield from _places(project, ["src", "tests"], gone, uses)


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
    found = list(_places(project, ["src"], gone, uses))
    found += [f"{path}:{line}" for path in sorted(kept) for line in _lines(project, path, uses)]
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


_Uses = Callable[[ast.AST, str], bool]
"""Whether a node of a module, which is named, uses what is looked for."""


def _places(
    project: Project, folders: Collection[str], gone: Collection[str], uses: _Uses
) -> Iterator[str]:
    for folder in folders:
        for path in python_files(project.root / folder):
            place = path.relative_to(project.root).as_posix()
            if place not in gone:
                yield from (f"{place}:{line}" for line in _lines(project, place, uses))


def _lines(project: Project, place: str, uses: _Uses) -> list[int]:
    """Give the lines that use what is looked for; the first one of a file that is not Python."""
    try:
        tree = parse(project.root / place)
    except FastforgeError:
        return [1]
    module = ".".join(Path(place).with_suffix("").parts[1:])
    told = {id(text) for text in _docstrings(tree)}
    used = (node for node in ast.walk(tree) if id(node) not in told and uses(node, module))
    return sorted({node.lineno for node in used if isinstance(node, ast.expr | ast.stmt)})


def _docstrings(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def _imported(node: ast.AST, module: str) -> Iterator[str]:
    """Give the full names of what an import statement in `module` imports."""
    match node:
        case ast.Import(names=names):
            yield from (alias.name for alias in names)
        case ast.ImportFrom(module=source, names=names, level=level):
            start = module.split(".")[:-level] if level else []
            base = [*start, *([source] if source else [])]
            yield from (".".join([*base, alias.name]) for alias in names)


def _words(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
