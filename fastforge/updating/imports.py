"""What the user's own code imports from places that an update moves or empties."""

import ast
from collections import defaultdict
from collections.abc import Iterator

from fastforge.parts.needs import defined_in, imports
from fastforge.render import Tree

Module = tuple[str, ...]

_MOVED = "{path}: import {names} from {place}, no longer from {module}."
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
                yield from _sentences(path, ".".join(module), names, made)


def _sentences(path: str, module: str, names: list[str], made: Tree) -> Iterator[str]:
    by_place: defaultdict[str, list[str]] = defaultdict(list)
    places = _places(made, set(names))
    for name in names:
        by_place[places.get(name, "")].append(name)
    for place, found in by_place.items():
        text = _MOVED if place else _GONE
        yield text.format(path=path, names=", ".join(found), module=module, place=place)


def _imported(content: bytes, path: str, package: str) -> list[tuple[Module, str]]:
    try:
        return list(imports(ast.parse(content), path, package))
    except (SyntaxError, ValueError, RecursionError):
        return []


def _has(tree: Tree, module: Module, name: str) -> bool:
    place = "/".join(("src", *module))
    if f"{place}/{name}.py" in tree or f"{place}/{name}/__init__.py" in tree:
        return True
    files = (f"{place}.py", f"{place}/__init__.py")
    return any({name, "*"} & _names(tree[file]) for file in files if file in tree)


def _names(content: bytes) -> set[str]:
    try:
        return defined_in(ast.parse(content))
    except (SyntaxError, ValueError, RecursionError):
        return {"*"}  # nobody can tell


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
