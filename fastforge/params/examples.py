"""Values that a parameter takes, for the tests that are generated with it."""

import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from fastforge.params.bounds import fits_number, number_within, plain
from fastforge.params.param import Param

EXAMPLES = 3
"""Rows that the generated tests make."""

_LETTERS = "abc"
_HALF = Decimal("0.5")


def examples_of(param: Param) -> list[str]:
    """Give three valid values as Python sources of JSON, distinct if there are so many."""
    values = [canonical(param, value) for value in _scalars(param)]
    if param.is_list:
        least = int(param.size.get("min_length") or 1)
        values = [f"[{v}]" if least == 1 else f"[{v}] * {least}" for v in values]
    values += values[:1] * (EXAMPLES - len(values))
    return values[:EXAMPLES]


def known_values(params: Iterable[Param]) -> list[list[object]]:
    """Give what parameters with bounds take, by name: others take what is usual of their type."""
    return [
        [param.name, list(dict.fromkeys(examples_of(param)))]
        for param in params
        if param.bounds or param.size
    ]


def canonical(param: Param, value: str) -> str:
    """Write decimals as they come back."""
    if param.kind.name != "Decimal":
        return value
    return re.sub(r'"(-?[\d.]+)"', lambda match: f'"{Decimal(match[1])}"', value)


def _scalars(param: Param) -> list[str]:
    scalar = replace(param, is_list=False, size={}, nullable=False)
    kind, first = param.kind, scalar.example
    if kind.name == "bool":
        return ["True", "False"]
    if kind.members:
        return [f'"{member}"' for member in kind.members]
    if kind.is_number:
        return _numbers(scalar)
    if kind.has_length:
        return _strings(scalar)
    marks = {
        "date": ("01", "02", "03"),
        "datetime": ("09:30", "10:30", "11:30"),
        "time": ("09", "10", "11"),
        "timedelta": ("1", "2", "3"),
        "json": ("1", "2", "3"),
        "UUID": ("0007", "0008", "0009"),
        "EmailStr": ("ada", "bob", "cid"),
        "HttpUrl": (".com/a", ".com/b", ".com/c"),
    }[kind.name]
    start, _, end = first.rpartition(marks[0])
    return [f"{start}{mark}{end}" for mark in marks]


def _numbers(param: Param) -> list[str]:
    first = (
        number_within(param.kind, param.bounds)
        if param.bounds
        else Decimal(param.example.strip('"'))
    )
    step = Decimal(1) if param.kind.name == "int" else _HALF
    around = [first + step * count for count in (0, 1, 2, -1, -2)]
    values = [value for value in around if fits_number(param.kind, value, param.bounds)]
    quote = '"' if param.kind.name == "Decimal" else ""
    if quote:
        values = [_with_cents(value) for value in values]
    return [f"{quote}{plain(value)}{quote}" for value in values]


def _with_cents(value: Decimal) -> Decimal:
    """Write a decimal as no float does: 1.50."""
    cents = value.quantize(Decimal("0.01"))
    return cents if cents == value else value


def _strings(param: Param) -> list[str]:
    least, most = param.bounds.get("min_length", 0), param.bounds.get("max_length")
    if least <= len("example 1") and (most is None or most >= len("example 1")):
        return [
            '"example"' if least <= len("example") else '"example 1"',
            '"example 2"',
            '"example 3"',
        ]
    length = int(least or most or 1)
    return [f'"{letter}" * {length}' if length > 1 else f'"{letter}"' for letter in _LETTERS]
