"""Enums: `enum(new,active,gone)`, and the class that is made of it."""

import re
from collections.abc import Collection, Iterable
from dataclasses import replace

from fastforge.errors import UsageError
from fastforge.params.kinds import Kind
from fastforge.params.names import is_secret
from fastforge.params.param import Param

LONGEST_VALUE = 30
"""Characters in a value; a column is as long, so that other values can come later."""
MOST_VALUES = 50

_VALUE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_LEAST_VALUES = 2
_LONGEST_TOGETHER = 60
"""Characters in the names of a field and of its class: with more, a line would be too long."""


def read_members(what: str, name: str, kind: Kind, text: str) -> Kind:
    """Read the values in parentheses; raises UsageError for what cannot be."""
    values = [value.strip() for value in text[1:-1].split(",")] if text.startswith("(") else []
    if not _LEAST_VALUES <= len(values) <= MOST_VALUES:
        problem = f"The {what} `{name}` has no {_LEAST_VALUES} to {MOST_VALUES} values."
        raise UsageError(problem, f"Write them in parentheses: {name}:enum(new,active,gone).")
    for value in values:
        if not _VALUE.fullmatch(value) or len(value) > LONGEST_VALUE:
            problem = f"The {what} `{name}` cannot have the value {value!a}."
            hint = f"Values have small letters, digits and `_`, up to {LONGEST_VALUE}: on_hold."
            raise UsageError(problem, hint)
    if twice := sorted({value for value in values if values.count(value) > 1}):
        raise UsageError(f"The {what} `{name}` has the value {twice[0]} twice.", "Leave one out.")
    return replace(kind, annotation=_camel(name), members=tuple(values))


def named_enums(params: Iterable[Param], prefix: str, taken: Collection[str]) -> tuple[Param, ...]:
    """Give the class of each enum the name that begins with `prefix` and is not taken."""
    known, named = set(taken), []
    for param in params:
        if not param.kind.members:
            named.append(param)
            continue
        name = f"{prefix}{_camel(param.name)}"
        name = name if len(param.name + name) <= _LONGEST_TOGETHER else _camel(param.name)
        while name in known:
            name += "Value"
        known.add(name)
        named.append(_called(param, name))
    return tuple(named)


def enum_source(param: Param) -> str:
    """Give the class of an enum, without a line break at the end."""
    said = f'    """What `{param.name}` may be."""'
    lines = [f"class {param.kind.annotation}(StrEnum):", said, ""]
    for value in param.kind.members:
        unsafe = "  # noqa: S105" if is_secret(value) else ""
        lines.append(f'    {value.upper()} = "{value}"{unsafe}')
    return "\n".join(lines)


def _called(param: Param, name: str) -> Param:
    default = param.default
    if default and default.startswith(f"{param.kind.annotation}."):
        default = f"{name}.{default.partition('.')[2]}"
    return replace(param, kind=replace(param.kind, annotation=name), default=default)


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
