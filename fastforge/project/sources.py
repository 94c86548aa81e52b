"""What a project's source files declare, read without running them."""

import ast
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fastforge.errors import FastforgeError
from fastforge.project.paths import read_bounded

_METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})


@dataclass(frozen=True, slots=True)
class Declaration:
    """`NAME = Call(...)` at the top of a module: the line and the keyword arguments."""

    line: int
    arguments: Mapping[str, ast.expr]


def parse(path: Path) -> ast.Module:
    """Parse a source file; raises FastforgeError if it is not Python."""
    return parse_source(read_bounded(path), str(path))


def parse_source(content: bytes, name: str) -> ast.Module:
    """Parse what a file holds; raises FastforgeError with its `name` if it is not Python."""
    try:
        return ast.parse(content, name)
    except SyntaxError as error:
        problem = f"{name}:{error.lineno} is not Python: {error.msg}."
        raise FastforgeError(problem, "Mend it, then run the command again.") from error
    except (ValueError, RecursionError, MemoryError) as error:  # zero bytes, or nested too deeply
        problem = f"{name} is not Python: {error or 'it is nested too deeply'}."
        raise FastforgeError(problem, "Mend it, then run the command again.") from error


def assigned(module: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """Give each name that a module assigns to at its top, and the value."""
    for statement in module.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value


def declaration(module: ast.Module, name: str) -> Declaration | None:
    """Find `name = Call(...)` in a module."""
    for statement in module.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=target)], value=ast.Call() as call):
                pass
            case ast.AnnAssign(target=ast.Name(id=target), value=ast.Call() as call):
                pass
            case _:
                continue
        if target == name:
            arguments = {word.arg: word.value for word in call.keywords if word.arg}
            return Declaration(statement.lineno, arguments)
    return None


def routes(module: ast.Module) -> Iterator[str]:
    """Give each route that a module declares, such as "POST /notify"."""
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                yield from _route(decorator, module)


_GUARDS = {"ClientOnly": "user", "OpsWrite": "ops", "OpsRead": "ops"}


def guard(module: ast.Module) -> str:
    """Tell who may use the router of a module: "user", "ops", "none", or scopes."""
    router = declaration(module, "router")
    said = router.arguments.get("dependencies") if router else None
    for node in ast.walk(said) if said else ():
        match node:
            case ast.Call(func=ast.Name(id="client_with"), args=scopes):
                return " ".join(map(_text, scopes))
            case ast.Name(id=name) if name in _GUARDS:
                return _GUARDS[name]
    return "none"


def imported_tasks(module: ast.Module) -> Iterator[str]:
    """Give the names of the tasks that a module imports, or whose TASK it does."""
    for node in ast.walk(module):
        if not isinstance(node, ast.ImportFrom):
            continue
        folder, _, name = f".{node.module or ''}".rpartition(".")
        if name == "tasks":
            yield from (alias.name for alias in node.names)
        elif folder.endswith(".tasks") and any(alias.name == "TASK" for alias in node.names):
            yield name


def _route(decorator: ast.expr, module: ast.Module) -> Iterator[str]:
    match decorator:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method), args=[path, *_]):
            if method in _METHODS:
                router = declaration(module, name)
                prefix = _text(router.arguments.get("prefix")) if router else ""
                yield f"{method.upper()} {prefix}{_text(path)}"


def _text(expression: ast.expr | None) -> str:
    match expression:
        case ast.Constant(value=str(text)):
            return text
        case _:
            return ""


def files_of(folder: Path, suffix: str) -> list[Path]:
    """Give the files of a folder with a suffix, sorted; none if there is no folder.

    Raises OSError if it cannot be read, where `Path.glob` finds nothing.
    """
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(path for path in found if path.name.endswith(suffix))


def python_files(folder: Path) -> list[Path]:
    """Give the Python files of a folder and of all below it, sorted; none if there is no folder.

    Raises OSError if one of the folders cannot be read, where `Path.rglob` leaves it out.
    """

    def refuse(error: OSError) -> None:
        raise error

    folders = os.walk(folder, onerror=refuse) if folder.is_dir() else ()
    paths = (Path(top, name) for top, _, names in folders for name in names)
    return sorted(path for path in paths if path.name.endswith(".py"))


def discovered(paths: Iterable[Path]) -> list[Path]:
    """Leave out what the project's own discovery does: names that begin with `_` or `.`."""
    return [path for path in paths if not path.name.startswith(("_", "."))]
