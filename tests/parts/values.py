"""Values that a parameter just takes, and values that it refuses, as Python sources of JSON."""

from collections.abc import Iterator
from decimal import Decimal

from fastforge.params import Param
from fastforge.params.bounds import Bounds, fits, plain
from fastforge.params.kinds import Kind

_OF_ANOTHER_TYPE = {
    "str": ["5"],
    "text": ["5"],
    "int": ['"many"'],
    "float": ['"many"', '"nan"'],
    "bool": ['"maybe"'],
    "Decimal": ['"many"'],
    "date": ['"someday"'],
    "datetime": ['"2026-03-01T09:30:00"'],
    "time": ['"25:00"'],
    "timedelta": ['"soon"'],
    "UUID": ['"7"'],
    "EmailStr": ['"ada"'],
    "HttpUrl": ['"ftp://example.com/a"'],
    "enum": ['"none of them"', "5"],
    "json": [],
}


def accepted(param: Param) -> list[str]:
    """Give values at each bound, and None where it may be."""
    kind, bounds = param.kind, param.bounds
    values = [_number(kind, value) for value in _numbers_at(kind, bounds)]
    values += [_text(length) for length in _lengths_at(bounds)]
    if param.is_list:
        values = [_list(value, _least(param)) for value in values]
        values += [_resized(param, length) for length in _lengths_at(param.size)]
    return [*values, *(["None"] if param.nullable else [])]


def refused(param: Param) -> list[str]:
    """Give values of another type, and just beyond each bound."""
    kind, bounds = param.kind, param.bounds
    values = list(_OF_ANOTHER_TYPE[kind.name])
    values += [_number(kind, value) for value in _numbers_beyond(kind, bounds)]
    values += [_text(length) for length in _lengths_beyond(bounds)]
    values += _endless(bounds) if kind.name == "float" else []
    if param.is_list:
        values = ['"no list"', *(_list(value, _least(param)) for value in values)]
        values += [_resized(param, length) for length in _lengths_beyond(param.size)]
    return [*values, *([] if param.nullable or kind.name == "json" else ["None"])]


def _step(kind: Kind) -> Decimal:
    return Decimal(1) if kind.name == "int" else Decimal("0.5")


def _numbers_at(kind: Kind, bounds: Bounds) -> Iterator[Decimal]:
    for name, direction in (("ge", 0), ("gt", 1), ("le", 0), ("lt", -1)):
        if name in bounds and fits(value := bounds[name] + direction * _step(kind), bounds):
            yield value


def _numbers_beyond(kind: Kind, bounds: Bounds) -> Iterator[Decimal]:
    for name, direction in (("ge", -1), ("gt", 0), ("le", 1), ("lt", 0)):
        if name in bounds:
            yield bounds[name] + direction * _step(kind)


def _lengths_at(bounds: Bounds) -> list[int]:
    return sorted({int(bounds[name]) for name in ("min_length", "max_length") if name in bounds})


def _lengths_beyond(bounds: Bounds) -> Iterator[int]:
    if bounds.get("min_length"):
        yield int(bounds["min_length"]) - 1
    if "max_length" in bounds:
        yield int(bounds["max_length"]) + 1


def _endless(bounds: Bounds) -> list[str]:
    """Give the infinities that no bound keeps out, where there are bounds."""
    ends = (({"ge", "gt"}, '"-inf"'), ({"le", "lt"}, '"inf"'))
    return [text for names, text in ends if bounds and not names & bounds.keys()]


def _number(kind: Kind, value: Decimal) -> str:
    return f'"{plain(value)}"' if kind.name == "Decimal" else plain(value)


def _text(length: int) -> str:
    return f'"x" * {length}'


def _least(param: Param) -> int:
    return int(param.size.get("min_length") or 1)


def _list(item: str, length: int) -> str:
    return f"[{item}] * {length}"


def _resized(param: Param, length: int) -> str:
    """Give a list of so many items that each fit."""
    return f"({param.example})[:1] * {length}"
