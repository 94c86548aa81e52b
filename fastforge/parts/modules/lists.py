"""What the list of a module may be asked: filters, orders and a search, over its fields."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from fastforge.errors import UsageError
from fastforge.params import Param
from fastforge.params.kinds import KINDS, Import
from fastforge.parts.modules.fields import DURATION, INT64, LOCAL_TIME, MOMENT, Field

CREATED = "created_at"
OWN_PARAMETERS = frozenset("limit after sort search".split())
"""What every list is asked by, or may be."""

LONGEST_INDEXED = 500
"""Characters of a text that an index of PostgreSQL takes in any language: it has 2704 bytes."""

_URL = "Annotated[HttpUrl, AfterValidator(str)]"
_TYPES = {
    "str": "str",
    "int": INT64,
    "float": "float",
    "bool": "bool",
    "date": "date",
    "datetime": MOMENT,
    "time": LOCAL_TIME,
    "timedelta": DURATION,
    "UUID": "UUID",
    "EmailStr": "EmailStr",
    "HttpUrl": _URL,
}
"""The type of a parameter that is compared with a column, but for enums, by the field's kind."""

_ORDERED = frozenset({"int", "float", "date", "datetime", "time", "timedelta"})
"""What has values from one to another."""

_TEXTS = frozenset({"str", "text", "EmailStr", "HttpUrl"})
_COMPARED = {"": ("", "eq"), ">=": ("_from", "ge"), "<=": ("_to", "le")}
_FILTER = re.compile(r"(\w*)\s*(>=|<=|)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Filter:
    """A parameter of a list: the field that it is compared with, and how."""

    name: str
    compare: str
    param: Param


@dataclass(frozen=True, slots=True)
class Lists:
    """What a list may be asked; `sorts` and `searched` are names of fields."""

    filters: tuple[Filter, ...] = ()
    sorts: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()


def split(texts: Iterable[str]) -> tuple[str, ...]:
    """Give the words of options that were typed with commas between."""
    return tuple(word.strip() for text in texts for word in text.split(","))


def read_lists(
    fields: Sequence[Field],
    filters: Sequence[str] = (),
    sorts: Sequence[str] = (),
    searched: Sequence[str] = (),
) -> Lists:
    """Read what was typed about a list; raises UsageError for what cannot be."""
    known = {field.param.name: field.param for field in fields}
    for option, words in (("--filter", filters), ("--sort", sorts), ("--search", searched)):
        _refuse_twice(option, [re.sub(r"\s", "", word) for word in words])
    for name in sorts:
        _check_sort(name, known)
    for name in searched:
        _check_searched(name, known)
    read = tuple(_filter(text, known) for text in filters)
    return Lists(read, tuple(sorts), tuple(searched))


def _filter(text: str, known: dict[str, Param]) -> Filter:
    match = _FILTER.fullmatch(text)
    if match is None:
        problem = f"The filter {ascii(text)[1:-1]} cannot be read."
        raise UsageError(problem, "Write the name of a field, NAME>= or NAME<=: active,added>=.")
    name, sign = match.groups()
    text = name + sign
    created = {CREATED: Param(CREATED, KINDS["datetime"], {})}
    param = _found("--filter", name, known | created)
    _check_indexed("--filter", param)
    if sign and param.kind.name not in _ORDERED:
        problem = f"The filter `{text}` cannot be: `{name}` is a {param.kind.name}."
        raise UsageError(problem, "Only numbers, dates and moments have values from and to.")
    ending, compare = _COMPARED[sign]
    parameter = name + ending
    if parameter in OWN_PARAMETERS or (ending and parameter in known):
        whose = "a field" if ending else "a parameter of every list"
        problem = f"The filter `{text}` would be the parameter `{parameter}`, which is {whose}."
        raise UsageError(problem, "Rename the field.")
    return Filter(parameter, compare, param)


def _check_sort(name: str, known: dict[str, Param]) -> None:
    if name.removeprefix("-") == CREATED:
        raise UsageError("Every list can be sorted by `created_at`.", "Leave it out.")
    if name.startswith("-"):
        problem = f"The order `{name}` begins with `-`, but each is made in both directions."
        raise UsageError(problem, f"Write --sort {name.removeprefix('-')}.")
    param = _found("--sort", name, known)
    _check_indexed("--sort", param)
    if param.nullable:
        problem = f"A list cannot be sorted by `{name}`, which may be None."
        raise UsageError(problem, "Give the field a value in each row, or leave it out.")


def _check_searched(name: str, known: dict[str, Param]) -> None:
    param = _found("--search", name, known)
    if param.is_list or param.kind.name not in _TEXTS:
        problem = f"The field `{name}` cannot be searched: it is of type {_kind(param)}."
        raise UsageError(problem, f"Fields of type {', '.join(sorted(_TEXTS))} can.")


def _found(option: str, name: str, known: dict[str, Param]) -> Param:
    if name in known:
        return known[name]
    problem = f"{option} names `{ascii(name)[1:-1]}`, which is no field of the module."
    raise UsageError(problem, f"Its fields are {', '.join(known)}.")


def _check_indexed(option: str, param: Param) -> None:
    """Raise UsageError for what cannot be compared in the database, or not be indexed."""
    if param.is_list or not param.kind.is_comparable:
        why = "a Decimal is kept as text" if param.kind.name == "Decimal" else "no order is kept"
        problem = f"{option} cannot have `{param.name}`, of type {_kind(param)}: {why}."
        raise UsageError(problem, "Leave it out.")
    most = param.bounds.get("max_length") if param.kind.name == "str" else None
    if param.kind.has_length and (most is None or most > LONGEST_INDEXED):
        problem = f"{option} cannot have `{param.name}`, whose text may be too long for an index."
        hint = f"Give it a length, {LONGEST_INDEXED} at most: {param.name}:str{{1,80}}."
        raise UsageError(problem, hint)


def _kind(param: Param) -> str:
    return f"list[{param.kind.name}]" if param.is_list else param.kind.name


def _refuse_twice(option: str, words: Sequence[str]) -> None:
    for word in words:
        if words.count(word) > 1:
            raise UsageError(f"{option} names `{ascii(word)[1:-1]}` twice.", "Leave one out.")


def lists_context(lists: Lists) -> dict[str, object]:
    """Give what the templates need to know about the list of a module."""
    return {
        "sort": _sort_source(lists.sorts),
        "filters": [
            {
                "name": each.name,
                "compare": each.compare,
                "column": each.param.name,
                "type": _type_of(each.param),
            }
            for each in lists.filters
        ],
        "searched": list(lists.searched),
    }


def types_of(lists: Lists) -> set[str]:
    """Give the types of the parameters."""
    return {_type_of(each.param) for each in lists.filters}


def _type_of(param: Param) -> str:
    return param.kind.annotation if param.kind.members else _TYPES[param.kind.name]


def imports_of(lists: Lists) -> Iterator[Import]:
    """Give what the parameters need in schemas.py."""
    for kind in types_of(lists):
        module = {"date": "datetime", "UUID": "uuid", "EmailStr": "pydantic"}.get(kind)
        if module:
            yield module, kind
    if _URL in types_of(lists):
        yield from (("typing", "Annotated"), ("pydantic", "AfterValidator"))
        yield "pydantic", "HttpUrl"
    if lists.searched:
        yield from (("typing", "Annotated"), ("pydantic", "Field"))


def _sort_source(sorts: Sequence[str]) -> str:
    """Give the annotation of `sort`, as `ruff format` leaves it."""
    names = [f'"{sign}{name}"' for name in (CREATED, *sorts) for sign in ("", "-")]
    line = f"sort: Literal[{', '.join(names)}]"
    if len(line) <= 100 - len('     = "created_at"'):
        return line
    return "sort: Literal[\n" + "".join(f"        {name},\n" for name in names) + "    ]"
