"""A schedule as a job's file declares it, made without running the file."""

import ast
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import cast

from fastforge.errors import FastforgeError
from fastforge.project.sources import assigned
from fastforge.schedule.generated import Schedule, crontab, daily, every, once


def schedule(expression: ast.expr, module: ast.Module) -> Schedule | None:
    """Make the schedule that an expression says; None if it says more than literals.

    A name stands for what the module assigns to it.
    """
    names = dict(assigned(module))
    value = _evaluate(expression, names)
    return cast("Schedule", value) if hasattr(value, "next_after") else None


_CALLS: Mapping[str, Callable[..., object]] = {
    "Every": lambda interval, anchor=None: None if anchor else every(interval),
    "Daily": lambda at, timezone="UTC": daily(at, timezone),
    "Crontab": lambda expression, timezone="UTC": crontab(expression, timezone),
    "Once": once,
    "timedelta": timedelta,
    "datetime": datetime,
    "datetime.fromisoformat": datetime.fromisoformat,
}


def _evaluate(expression: ast.expr, names: Mapping[str, ast.expr]) -> object:
    """Evaluate literals and the few calls that schedules are made of; None for all else."""
    match expression:
        case ast.Constant(value=value):
            return value
        case ast.Name(id="UTC"):
            return UTC
        case ast.Name(id=name) if name in names:
            others = {other: value for other, value in names.items() if other != name}
            return _evaluate(names[name], others)
        case ast.Call():
            return _called(expression, names)
        case _:
            return None


def _called(expression: ast.Call, names: Mapping[str, ast.expr]) -> object:
    call = _CALLS.get(ast.unparse(expression.func))
    if call is None or any(word.arg is None for word in expression.keywords):  # **names
        return None
    values = {str(word.arg): _evaluate(word.value, names) for word in expression.keywords}
    try:
        return call(*(_evaluate(argument, names) for argument in expression.args), **values)
    except (TypeError, ValueError, AttributeError, FastforgeError):
        return None
