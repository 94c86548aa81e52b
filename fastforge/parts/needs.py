"""What a part imports from its project: one that an older fastforge made may not have it.

Discovery imports every part, so one that cannot be imported would keep the service from starting.
"""

import ast
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from fastforge.errors import UsageError
from fastforge.project.project import Project
from fastforge.project.sources import parse
from fastforge.render import Tree

OTHER_VERSION = (
    "Another version of fastforge made it: bring it to this one with `fastforge update`, or use "
    "that one."
)


def check_needs(project: Project, tree: Tree) -> None:
    """Raise UsageError if a file of a part imports a name that the project does not define."""
    package = project.package
    for path, content in tree.items():
        if path.endswith(".py"):
            for module, name in imports(ast.parse(content), path, package.name):
                if not _is_there(package.parent, module, name, tree):
                    _refuse(project, module, name)


def _refuse(project: Project, module: tuple[str, ...], name: str) -> None:
    file = project.package.parent.joinpath(*module)
    where = (file if file.is_dir() else file.with_suffix(".py")).relative_to(project.root)
    problem = f"This project has no `{name}` in {where.as_posix()}, which the new files import."
    raise UsageError(problem, OTHER_VERSION)


def imports(source: ast.Module, path: str, package: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Give each `from module import name` of the project's own package: its parts, and the name."""
    here = PurePosixPath(path).parent.parts[1:]  # without src
    for node in ast.walk(source):
        if isinstance(node, ast.ImportFrom):
            module = tuple((node.module or "").split(".")) if node.module else ()
            if node.level:
                module = (*here[: len(here) - node.level + 1], *module)
            if module[:1] == (package,):
                yield from ((module, alias.name) for alias in node.names)


def _is_there(sources: Path, module: tuple[str, ...], name: str, tree: Tree) -> bool:
    place = sources.joinpath(*module)
    new = "/".join(("src", *module))
    if any(path.startswith((f"{new}/", f"{new}.py")) for path in tree):
        return True
    return (place / f"{name}.py").is_file() or (place / name).is_dir() or defines(place, name)


def defines(place: Path, name: str) -> bool:
    """Tell whether a module, whose path is given without its suffix, may define a name."""
    files = [file for file in (place.with_suffix(".py"), place / "__init__.py") if file.is_file()]
    return any(name in (defined := defined_in(parse(file))) or "*" in defined for file in files)


def defined_in(module: ast.Module) -> set[str]:
    """Give each name that a module may define, wherever in it; `*` if nobody can tell."""
    names: set[str] = set()
    for node in ast.walk(module):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.FunctionDef(name="__getattr__"):
                names.add("*")
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names.add(name)
            case ast.ClassDef(name=name):
                names.add(name)
            case ast.alias(name=name, asname=other):
                names.add(other or name.partition(".")[0])
    return names
