"""Reads `NAME:TYPE[=DEFAULT]`, such as `email:EmailStr`, `age:int>=0` or `tags:list[str]=[]`."""

import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from fastforge.errors import UsageError
from fastforge.params.bounds import Bounds, fits, fits_number, number_within
from fastforge.params.defaults import LONGEST, MADE, factory, read_default
from fastforge.params.enums import read_members
from fastforge.params.kinds import KINDS, NAMES, Kind
from fastforge.params.names import check_param_name, check_together, closest, is_secret
from fastforge.params.param import Param

HINT = (
    f"Types are {NAMES}, list[...] and ... | None of these; bounds are written "
    "int>=1<=10, str{1,80} or list[str]{1,5}; a default follows `=`."
)
LONGEST_STRING = {"str": 10_000, "text": 100_000}
LONGEST_LIST = 100

_SIGNS = {">=": "ge", ">": "gt", "<=": "le", "<": "lt"}
_SCALAR = r"(?P<kind{n}>[A-Za-z]\w*)(?P<bounds{n}>(?:\s*[<>]=?\s*-?\d+(?:\.\d+)?)*"
_SCALAR += r"|\{{[\d,\s]*\}}|\([^()]*\))"
_TYPE = re.compile(
    r"\s*(?:list\[\s*" + _SCALAR.format(n=1) + r"\s*\](?P<size>\{[\d,\s]*\})?"
    r"|" + _SCALAR.format(n=2) + r")\s*(?P<none>\|\s*None\b)?\s*(?:=(?P<default>.*))?",
    re.ASCII | re.DOTALL,
)
_BOUND = re.compile(r"([<>]=?)\s*(-?\d{1,15}(?:\.\d{1,15})?)(?=\s|[<>]|$)", re.ASCII)
_LENGTH = re.compile(r"\{\s*(\d{0,6})\s*(,?)\s*(\d{0,6})\s*\}", re.ASCII)


def parse_params(texts: Iterable[str], what: str = "parameter") -> tuple[Param, ...]:
    """Read several parameters; raises UsageError for a bad one, or for two of one name."""
    params: dict[str, Param] = {}
    for text in texts:
        param = parse_param(text, what)
        if param.name in params:
            raise UsageError(f"Two {what}s are called `{param.name}`.", "Rename one.")
        params[param.name] = param
    check_together(what, params, {name for each in params.values() for _, name in each.imports})
    return tuple(params.values())


def parse_param(text: str, what: str = "parameter") -> Param:
    """Read one; raises UsageError that names what is wrong with it."""
    name, colon, rest = text.partition(":")
    check_param_name(what, name.strip())
    match = _TYPE.fullmatch(rest) if colon else None
    if not match:
        reason = "cannot be read" if colon else "has no type"
        raise UsageError(f"The {what} {ascii(text)[1:-1]} {reason}.", HINT)
    is_list = match["kind1"] is not None
    kind = _kind(what, name, match["kind1"] or match["kind2"])
    bounded = match["bounds1"] or match["bounds2"] or ""
    if kind.name == "enum":
        kind, bounded = read_members(what, name.strip(), kind, bounded), ""
    if is_list and kind.name == "json":
        problem = f"The {what} `{name}` is a list of JSON, which is JSON itself."
        raise UsageError(problem, f"Write {name}:json.")
    bounds = _bounds(what, name, kind, bounded)
    size = _length(what, name, match["size"] or "", LONGEST_LIST)
    param = Param(name.strip(), kind, bounds, is_list, size, match["none"] is not None)
    typed = match["default"]
    return param if typed is None else _with_default(what, param, typed.strip())


_MEANT = {
    **dict.fromkeys(("string", "char", "varchar", "word", "name"), "str"),
    **dict.fromkeys(("link", "url", "uri", "href", "website"), "HttpUrl"),
    **dict.fromkeys(("integer", "number", "count", "bigint", "long"), "int"),
    **dict.fromkeys(("double", "real", "ratio"), "float"),
    **dict.fromkeys(("boolean", "flag", "yesno"), "bool"),
    **dict.fromkeys(("money", "price", "amount", "numeric"), "Decimal"),
    **dict.fromkeys(("timestamp", "moment", "instant"), "datetime"),
    **dict.fromkeys(("duration", "interval", "period"), "timedelta"),
    **dict.fromkeys(("jsonb", "jsonvalue", "dict", "object", "any"), "json"),
    **dict.fromkeys(("choice", "choices", "oneof", "literal"), "enum"),
    **dict.fromkeys(("email", "mail", "address"), "EmailStr"),
    **dict.fromkeys(("guid", "id", "uid"), "UUID"),
}
"""What people type for a type, in small letters, and what they mean."""


def _kind(what: str, name: str, text: str) -> Kind:
    if text in KINDS:
        return KINDS[text]
    if text == "file":
        problem = f"The {what} `{name}` cannot be a file."
        raise UsageError(problem, "A module has them: add-module ... --field 'photo:file{,5MB}'.")
    close = _MEANT.get(text.lower()) or closest(text, list(KINDS))
    meant = f"Did you mean `{name}:{close}`? " if close else ""
    raise UsageError(f"The {what} `{name}` has the unknown type `{text}`.", meant + HINT)


def _bounds(what: str, name: str, kind: Kind, text: str) -> Bounds:
    if not text:
        return {}
    if text.startswith("{"):
        if not kind.has_length:
            problem = f"The {what} `{name}` is of type {kind.name}, which has no length."
            raise UsageError(problem, HINT)
        return _length(what, name, text, LONGEST_STRING[kind.name])
    if text.startswith("("):
        problem = f"The {what} `{name}` is of type {kind.name}, which has no values in parentheses."
        raise UsageError(problem, f"Did you mean {name}:enum{text}?")
    if not kind.is_number:
        problem = f"The {what} `{name}` is of type {kind.name}, which has no least or greatest."
        raise UsageError(problem, HINT)
    return _limits(what, name, kind, text)


def _limits(what: str, name: str, kind: Kind, text: str) -> Bounds:
    found = _BOUND.findall(text)
    if re.sub(r"\s", "", text) != "".join(sign + number for sign, number in found):
        problem = f"The bounds of the {what} `{name}` have more than 15 digits."
        raise UsageError(problem, "Check such numbers in code.")
    bounds = {_SIGNS[sign]: Decimal(number) or Decimal(0) for sign, number in found}
    if len(bounds) != len(found) or {"ge", "gt"} <= bounds.keys() or {"le", "lt"} <= bounds.keys():
        problem = f"The {what} `{name}` has two bounds on one side."
        raise UsageError(problem, "Give one least and one greatest: int>=1<=10.")
    if kind.name == "int" and any(value % 1 for value in bounds.values()):
        problem = f"The bounds of the {what} `{name}` are not whole numbers."
        raise UsageError(problem, "Give whole ones, or use float or Decimal.")
    number_within(kind, bounds)
    return bounds


def _length(what: str, name: str, text: str, longest: int) -> Bounds:
    if not text:
        return {}
    match = _LENGTH.fullmatch(text)
    least, comma, most = match.groups() if match else ("", "", "")
    most = most if comma else least
    bounds = {
        key: Decimal(value)
        for key, value in (("min_length", least), ("max_length", most))
        if value and (key == "max_length" or int(value))
    }
    low, high = bounds.get("min_length", Decimal(0)), bounds.get("max_length", Decimal(longest))
    if not bounds or low > high or not 0 < high <= longest:
        problem = f"The length {text} of the {what} `{name}` cannot be."
        raise UsageError(problem, f"Write {{LEAST,MOST}}, 1 to {longest}: {{1,80}}, {{,80}}.")
    return bounds


def _with_default(what: str, param: Param, typed: str) -> Param:
    made = MADE.get((param.kind.name, typed))
    if made and not param.is_list:
        return replace(param, default=factory(made))
    if is_secret(param.name) and typed not in {"None", "[]"}:
        problem = f"The {what} `{param.name}` is a secret, so it has no default that all can read."
        raise UsageError(problem, "Leave the default out.")
    default, as_json = _default(what, param, typed)
    if len(default) > LONGEST:
        problem = f"The default of the {what} `{param.name}` is too long to be written on a line."
        raise UsageError(problem, "Set it in code.")
    return replace(param, default=default, default_json=as_json)


def _default(what: str, param: Param, typed: str) -> tuple[str, str]:
    if typed == "None" and param.nullable:
        return "None", "None"
    if param.is_list:
        if typed == "[]" and "min_length" not in param.size:
            return factory("list"), "[]"
        allowed = [] if "min_length" in param.size else ["[]"]
        raise _unfit(what, param, typed, " or ".join([*allowed, "None, if it may be"]))
    if param.kind.members:
        if typed not in param.kind.members:
            raise _unfit(what, param, typed, f"one of {', '.join(param.kind.members)}")
        return f"{param.kind.annotation}.{typed.upper()}", f'"{typed}"'
    try:
        default, as_json = read_default(param.kind.name, typed)
    except ValueError as error:
        raise _unfit(what, param, typed, str(error)) from error
    if not _within(param, typed):
        raise _unfit(what, param, typed, "a value within the bounds")
    return default, as_json


def _within(param: Param, typed: str) -> bool:
    if param.kind.is_number:
        return fits_number(param.kind, Decimal(typed), param.bounds)
    return not param.kind.has_length or fits(Decimal(len(typed)), param.bounds)


def _unfit(what: str, param: Param, typed: str, wanted: str) -> UsageError:
    problem = f"The default {typed!a} does not fit the {what} `{param.text}`."
    return UsageError(problem, f"Give {wanted}.")
