"""What a project's source files declare, read without running them."""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from fastforge.errors import FastforgeError
from fastforge.schedule.generated import Schedule, crontab, daily, every, once

_METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})


@dataclass(frozen=True, slots=True)
class Declaration:
    """`NAME = Call(...)` at the top of a module: the line and the keyword arguments."""

    line: int
    arguments: Mapping[str, ast.expr]


def parse(path: Path) -> ast.Module:
    """Parse a source file; raises FastforgeError if it is not Python."""
    try:
        return ast.parse(path.read_bytes(), str(path))
    except SyntaxError as error:
        problem = f"{path}:{error.lineno} is not Python: {error.msg}."
        raise FastforgeError(problem, "Mend it, then run the command again.") from error


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
    router = declaration(module, "router")
    prefix = _text(router.arguments.get("prefix")) if router else ""
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                yield from _route(decorator, prefix)


def schedule(expression: ast.expr) -> Schedule | None:
    """Make the schedule that an expression says; None if it says more than literals."""
    value = _evaluate(expression)
    return cast("Schedule", value) if hasattr(value, "next_after") else None


def _route(decorator: ast.expr, prefix: str) -> Iterator[str]:
    match decorator:
        case ast.Call(func=ast.Attribute(value=ast.Name(), attr=method), args=[path, *_]):
            if method in _METHODS:
                yield f"{method.upper()} {prefix}{_text(path)}"


def _text(expression: ast.expr | None) -> str:
    match expression:
        case ast.Constant(value=str(text)):
            return text
        case _:
            return ""


_CALLS: Mapping[str, Callable[..., object]] = {
    "Every": lambda interval, anchor=None: None if anchor else every(interval),
    "Daily": lambda at, timezone="UTC": daily(at, timezone),
    "Crontab": lambda expression, timezone="UTC": crontab(expression, timezone),
    "Once": once,
    "timedelta": timedelta,
    "datetime": datetime,
}


def _evaluate(expression: ast.expr) -> object:
    """Evaluate literals and the few calls that schedules are made of; None for all else."""
    match expression:
        case ast.Constant(value=value):
            return value
        case ast.Name(id="UTC"):
            return UTC
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords) if name in _CALLS:
            try:
                values = {word.arg: _evaluate(word.value) for word in keywords if word.arg}
                return _CALLS[name](*map(_evaluate, args), **values)
            except (TypeError, ValueError, AttributeError, FastforgeError):
                return None
        case _:
            return None
