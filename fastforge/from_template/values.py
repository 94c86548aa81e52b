"""The values of answers by the type that a template gives them, as Copier reads them."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from fastforge.errors import UsageError

Plain = Any
"""What YAML and JSON can hold: the answers of a template."""

_WORDS = {
    **dict.fromkeys(("y", "yes", "t", "true", "on", "1"), True),
    **dict.fromkeys(("n", "no", "f", "false", "off", "0", "", "~", "null", "none"), False),
}
_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "bool": "yes or no",
    "str": "a text",
    "path": "a path",
    "yaml": "valid YAML",
    "json": "valid JSON",
}


def cast(kind: str, raw: Plain, name: str) -> Plain:
    """Give an answer to the question `name` as its type; raises UsageError if it is none."""
    try:
        return _CASTS[kind](raw)
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise UsageError(f"{name} cannot be {shown(raw)}: it is not {_KINDS[kind]}.") from error


def is_type(kind: str) -> bool:
    """Tell whether Copier has a type of that name."""
    return kind in _CASTS


def shown(value: Plain) -> str:
    """Give a value for a message."""
    return repr(value) if isinstance(value, str) else json.dumps(value, default=str)


def is_true(value: Plain) -> bool:
    """Tell whether a condition holds: a text is false if it says so, or nothing."""
    return _WORDS.get(value.strip().lower(), True) if isinstance(value, str) else bool(value)


def from_yaml(raw: Plain) -> Plain:
    """Read a text as YAML; all else is given as it is. Raises ValueError."""
    import yaml

    try:
        return yaml.safe_load(raw) if isinstance(raw, str) else raw
    except yaml.YAMLError as error:
        raise ValueError(raw) from error


def _from_json(raw: Plain) -> Plain:
    return json.loads(raw) if isinstance(raw, str) else raw


def _bool(raw: Plain) -> bool:
    if isinstance(raw, bool):
        return raw
    return _WORDS[str(raw).strip().lower()]


def _text(raw: Plain) -> str:
    if not isinstance(raw, str | int | float):
        raise TypeError(raw)
    return str(raw)


def _number(kind: Callable[[Any], float]) -> Callable[[Any], float]:
    def read(raw: Plain) -> float:
        if isinstance(raw, bool):
            raise TypeError(raw)
        return kind(raw)

    return read


_CASTS: Mapping[str, Callable[[Any], Any]] = {
    "str": _text,
    "path": _text,
    "int": _number(int),
    "float": _number(float),
    "bool": _bool,
    "yaml": from_yaml,
    "json": _from_json,
}
