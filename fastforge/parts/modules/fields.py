"""Fields of a module: `NAME:TYPE[,unique|,index][=DEFAULT]`, the grammar of params with flags.

And relations to other modules, and files: see `relations` and `files`.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from fastforge.errors import UsageError
from fastforge.params import Param, parse_params
from fastforge.params.examples import EXAMPLES, examples_of
from fastforge.params.kinds import ANY_JSON, JSON_DECIMAL
from fastforge.parts.modules.files import FILE, read_file
from fastforge.parts.modules.relations import Relation, read_relation

FLAGS = ("unique", "index")
STAMP = "updated_at"
OWN = frozenset({"id", "created_at", STAMP})
"""Columns that every table has; those of modules that were made before lack STAMP."""

DECLARATIVE = frozenset("metadata registry mapped_column".split())
"""What a field of a SQLAlchemy model cannot be called."""

_HEAD = re.compile(r"((?:[^=]|(?<=[<>])=)*)(=.*)?", re.DOTALL)
_TYPED = re.compile(r"(.*?)((?:\s*,\s*[^\W\d]\w*)*)\s*", re.DOTALL | re.ASCII)
_MISPLACED = re.compile(rf",\s*(?:{'|'.join(FLAGS)})\s*$")
_NO_FLAG = {**dict.fromkeys(("bool", "enum", "Decimal"), ("unique",)), "json": FLAGS, "text": FLAGS}


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a module: a parameter, and what the table promises about it."""

    param: Param
    unique: bool = False
    index: bool = False
    relation: Relation | None = None

    @property
    def is_file(self) -> bool:
        """Whether it is a file, which is sent apart from the row."""
        return self.param.kind is FILE


def parse_fields(
    texts: Iterable[str], decimal: str = JSON_DECIMAL, own: Collection[str] = OWN
) -> tuple[Field, ...]:
    """Read fields as they were typed; raises UsageError for a bad one.

    `decimal` is the project's type for decimals in JSON, `own` are the table's own columns.
    """
    typed = list(texts)
    files = [read_file(text)[0] for text in typed]
    if typed and all(files):
        problem = "Each field is a file, and a row is made before its files are sent."
        raise UsageError(problem, "Add another field: --field 'name:str{1,80}'.")
    read = [read_relation(read_file(text)[1]) for text in typed]
    split = [_split(text) for _, text in read]
    params = parse_params((text for text, _ in split), "field")
    fields = [
        _checked(Field(_kept(param, decimal), "unique" in flags, "index" in flags), own)
        for param, (_, flags) in zip(params, split, strict=True)
    ]
    fields = [_as_file(each) if file else each for each, file in zip(fields, files, strict=True)]
    pairs = zip(fields, (relation for relation, _ in read), strict=True)
    return tuple(_related(field, relation) if relation else field for field, relation in pairs)


def _as_file(field: Field) -> Field:
    return replace(field, param=replace(field.param, kind=FILE))


def _related(field: Field, relation: Relation) -> Field:
    """Give a field with what it refers to, and with an index: that of a unique one, or its own."""
    return replace(field, relation=relation, index=not field.unique)


def _split(text: str) -> tuple[str, frozenset[str]]:
    """Take the flags out of what was typed."""
    whole = _HEAD.fullmatch(text)
    head, default = (whole[1], whole[2] or "") if whole else (text, "")
    if _MISPLACED.search(default):
        problem = f"The field {ascii(text)[1:-1]} has its flag after the default."
        raise UsageError(problem, "Write NAME:TYPE,unique=DEFAULT.")
    typed = _TYPED.fullmatch(head)
    rest, words = (typed[1], typed[2]) if typed and ":" in typed[1] else (head, "")
    flags = [word.strip() for word in words.split(",")[1:]]
    for flag in flags:
        if flag not in FLAGS:
            problem = f"The field {ascii(text)[1:-1]} has the unknown flag `{flag}`."
            raise UsageError(problem, "Flags are `unique` and `index`: sku:str{3,20},unique.")
    return rest + default, frozenset(flags)


def _checked(field: Field, own: Collection[str]) -> Field:
    name, kind = field.param.name, "list" if field.param.is_list else field.param.kind.name
    if name in own:
        raise UsageError(f"The field `{name}` is in every table already.", "Leave it out.")
    if name in DECLARATIVE:
        problem = f"The field name `{name}` belongs to SQLAlchemy's models."
        raise UsageError(problem, f"Choose another: `{name}_text`.")
    refused = FLAGS if kind == "list" else _NO_FLAG.get(kind, ())
    for flag in refused:
        if getattr(field, flag):
            problem = f"The field `{name}` cannot be {flag}: it is of type {kind}."
            raise UsageError(problem, "Leave the flag out.")
    if field.unique and len(set(examples_of(field.param))) < EXAMPLES:
        problem = f"The field `{name}` has too few values to be unique."
        raise UsageError(problem, "Widen its bounds, or leave the flag out.")
    return field


INT64, MOMENT, LOCAL_TIME, DURATION = "Int64", "Moment", "LocalTime", "Duration"
"""The names of the types that schemas have for what a table can keep."""

_KEPT = {"time": LOCAL_TIME, "timedelta": DURATION, "json": ANY_JSON}


def _kept(param: Param, decimal: str) -> Param:
    """Give the parameter as a table can keep it: whole numbers of 64 bits, moments in UTC.

    And decimals as they were meant, times without offset, durations that SQLite has room for, and
    JSON that can be sent back.
    """
    kind = param.kind
    if kind.name == "int" and not (_low(param) and _high(param)):
        return replace(param, kind=replace(kind, annotation=INT64))
    if kind.name == "Decimal":
        return replace(param, kind=replace(kind, annotation=decimal))
    if kind.name == "datetime":
        return _moment(replace(param, kind=replace(kind, annotation=MOMENT, imports=())))
    if kind.name in _KEPT:
        return replace(param, kind=replace(kind, annotation=_KEPT[kind.name]))
    return param


def _moment(param: Param) -> Param:
    if param.default_json in {None, "None", "[]"}:
        return param
    try:
        moment = datetime.fromisoformat(str(param.default_json)[1:-1]).astimezone(UTC)
    except OverflowError as error:
        problem = f"The default of the field `{param.name}` is out of range in UTC."
        raise UsageError(problem, "Give a later or an earlier one.") from error
    source = f'datetime.fromisoformat("{moment.isoformat()}")'
    as_json = f'"{moment.isoformat().replace("+00:00", "Z")}"'
    return replace(param, default=source, default_json=as_json)


def _low(param: Param) -> bool:
    return bool({"ge", "gt"} & param.bounds.keys())


def _high(param: Param) -> bool:
    return bool({"le", "lt"} & param.bounds.keys())
