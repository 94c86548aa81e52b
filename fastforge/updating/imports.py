"""What the user's own code imports from places that an update moves or empties."""

import ast
from collections import defaultdict
from collections.abc import Iterator

from fastforge.parts.needs import defined_in, imports
from fastforge.render import Tree

Module = tuple[str, ...]

_MOVED = "{path}: import {names} from {place}, as it seems, no longer from {module}."
_GONE = "{path} imports {names} from {module}, which the new version does not have."


def lost_imports(before: Tree, after: Tree, made: Tree, package: str) -> Iterator[str]:
    """Tell which files import what was there before and is not afterwards, and where it is now.

    A file is looked at if it is not simply what the new version makes, and has no markers of a
    conflict: they say it themselves.
    """
    for path in sorted(after):
        if path.endswith(".py") and after[path] != made.get(path):
            lost: defaultdict[Module, list[str]] = defaultdict(list)
            for module, name in _imported(after[path], path, package):
                if _has(before, module, name) and not _has(after, module, name):
                    lost[module].append(name)
            for module, names in lost.items():
                yield from _sentences(path, module, names, before, made)


def _sentences(
    path: str, module: Module, names: list[str], before: Tree, made: Tree
) -> Iterator[str]:
    by_place: defaultdict[str, list[str]] = defaultdict(list)
    modules = {name for name in names if _is_module(before, module, name)}
    places = {**_places(made, set(names) - modules), **_packages(made, modules)}
    for name in names:
        by_place[places.get(name, "")].append(name)
    for place, found in by_place.items():
        text = _MOVED if place else _GONE
        there = {"path": path, "names": ", ".join(found), "module": ".".join(module)}
        yield text.format(place=place, **there)


def _imported(content: bytes, path: str, package: str) -> Iterator[tuple[Module, str]]:
    """Give each import of a file as `from module import name`."""
    try:
        source = ast.parse(content)
    except (SyntaxError, ValueError, RecursionError):
        return
    for module, name in imports(source, path, package):
        yield (module[:-1], module[-1]) if name == "*" else (module, name)
    for node in ast.walk(source):
        if isinstance(node, ast.Import):
            for alias in node.names:
                *above, last = alias.name.split(".")
                if above[:1] == [package]:
                    yield tuple(above), last


def _is_module(tree: Tree, module: Module, name: str) -> bool:
    place = "/".join(("src", *module, name))
    return f"{place}.py" in tree or f"{place}/__init__.py" in tree


def _has(tree: Tree, module: Module, name: str) -> bool:
    place = "/".join(("src", *module))
    if _is_module(tree, module, name):
        return True
    files = (f"{place}.py", f"{place}/__init__.py")
    return any({name, "*"} & _names(tree[file]) for file in files if file in tree)


def _names(content: bytes) -> set[str]:
    try:
        return defined_in(ast.parse(content))
    except (SyntaxError, ValueError, RecursionError):
        return {"*"}  # nobody can tell


def _packages(made: Tree, names: set[str]) -> dict[str, str]:
    """Give the package that has each module, the nearest to the top."""
    found: dict[str, str] = {}
    for path in sorted(made, key=lambda path: path.count("/")):
        *above, last = path.removesuffix("/__init__.py").removesuffix(".py").split("/")
        if path.startswith("src/") and path.endswith(".py") and last in names:
            found.setdefault(last, ".".join(above[1:]))
    return found


def _places(made: Tree, names: set[str]) -> dict[str, str]:
    """Give the module that has each name: the nearest to the package, and packages first."""
    found: dict[str, str] = {}
    for path in sorted(made, key=lambda path: (path.count("/"), not path.endswith("/__init__.py"))):
        if path.startswith("src/") and path.endswith(".py"):
            module = path.removeprefix("src/").removesuffix(".py").removesuffix("/__init__")
            for name in (names - found.keys()) & _offered(path, made[path]):
                found[name] = module.replace("/", ".")
    return found


def _offered(path: str, content: bytes) -> set[str]:
    """Give what a module defines; what it imports counts where a package offers it."""
    body = [
        node
        for node in ast.parse(content).body
        if path.endswith("/__init__.py") or not isinstance(node, ast.Import | ast.ImportFrom)
    ]
    return defined_in(ast.Module(body, []))
