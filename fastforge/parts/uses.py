"""What else in a project uses a part of it, read from the sources without running them."""

import ast
import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from fastforge.errors import FastforgeError
from fastforge.project.project import Project
from fastforge.project.sources import parse, python_files


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

    yield from places(project, ["src", "tests"], gone, uses)


Uses = Callable[[ast.AST, str], bool]
"""Whether a node of a module, which is named, uses what is looked for."""


def places(
    project: Project, folders: Collection[str], gone: Collection[str], uses: Uses
) -> Iterator[str]:
    """Give the places in these folders that use what is looked for, as `file:line`."""
    for folder in folders:
        for path in python_files(project.root / folder):
            place = path.relative_to(project.root).as_posix()
            if place not in gone:
                yield from (f"{place}:{line}" for line in lines(project, place, uses))


def lines(project: Project, place: str, uses: Uses) -> list[int]:
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
