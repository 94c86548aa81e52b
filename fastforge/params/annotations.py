"""A value for a field whose annotation is read from a source file."""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from fastforge.params.kinds import JSON_DECIMAL, KINDS
from fastforge.params.param import Param

_ALSO = {JSON_DECIMAL: "Decimal", "MailAddress": "EmailStr", "AwareDatetime": "datetime"}
_ALSO |= {"JsonValue": "json"}
"""Other names of types."""
_LENGTHS = {"min_length", "max_length"}

Aliases = Mapping[str, ast.expr]
"""What the module of an annotation assigns to its names."""


def example_of(annotation: str, aliases: Aliases) -> str | None:
    """Give a valid value as Python source of JSON; None for a type that is not known here."""
    param = _read(ast.parse(annotation, mode="eval").body, aliases)
    return param.example if param else None


def _read(node: ast.expr, aliases: Aliases) -> Param | None:
    match node:
        case ast.Subscript(value=ast.Name(id="Annotated"), slice=ast.Tuple(elts=[inner, *rest])):
            return _bounded(_read(inner, aliases), rest)
        case ast.Subscript(value=ast.Name(id="list"), slice=inner):
            item = _read(inner, aliases)
            return replace(item, is_list=True) if item and not item.is_list else None
        case ast.BinOp(left=left, op=ast.BitOr()):
            return _read(left, aliases)
        case ast.Name(id=name) if name in aliases:
            others = {other: value for other, value in aliases.items() if other != name}
            return _read(aliases[name], others)
        case ast.Name(id=name):
            kind = KINDS.get(_ALSO.get(name, name))
            return Param("", kind, {}) if kind and kind.name != "enum" else None
    return None


def _bounded(param: Param | None, notes: Iterable[ast.expr]) -> Param | None:
    """Add the bounds that calls such as `Field(ge=1)` give."""
    given = {
        str(word.arg): Decimal(repr(word.value.value))
        for note in notes
        if isinstance(note, ast.Call)
        for word in note.keywords
        if isinstance(word.value, ast.Constant) and type(word.value.value) in {int, float}
    }
    if param is None:
        return None
    if param.is_list:
        return replace(param, size={name: given[name] for name in given.keys() & _LENGTHS})
    names = {"ge", "gt", "le", "lt"} if param.kind.is_number else _LENGTHS
    return replace(param, bounds={name: given[name] for name in given.keys() & names})
