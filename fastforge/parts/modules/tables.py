"""Fields of a module as the sources of its models and schemas."""

from collections.abc import Sequence
from dataclasses import replace

from fastforge.params import Param, field_source, import_lines, imports_of, item_source
from fastforge.params.enums import enum_source
from fastforge.params.kinds import ANY_JSON, JSON_DECIMAL, JSON_IMPORTS, VALIDATED, Import
from fastforge.params.layout import WIDTH
from fastforge.parts.modules.fields import DURATION, INT64, LOCAL_TIME, MOMENT, Field
from fastforge.parts.modules.indexes import indexes_of, unique_of
from fastforge.parts.modules.lists import Lists, imports_of as list_imports, types_of
from fastforge.parts.modules.relations import Relation
from fastforge.parts.modules.routes import ROUTES

Context = dict[str, object]
NO_LISTS = Lists()
LEFT_OUT = "LEFT_OUT"
"""The default of a field that may be left out of a change."""

_TYPES = {
    "int": "BigInteger",
    "float": "Float",
    "bool": "Boolean",
    "Decimal": "ExactDecimal",
    "date": "Date",
    "datetime": "UtcDateTime",
    "time": "Time",
    "timedelta": "Interval",
    "text": "Text",
    "UUID": "Uuid",
    "EmailStr": "String(254)",
    "HttpUrl": "Text",
    "json": "AnyJson(none_as_null=True)",
    "file": "FileColumn",
}
"""What a column is of; an address of 254 characters is the longest (RFC 5321)."""

ENUM_COLUMN = "_one_of"
"""The function of models.py that makes the type of an enum's column."""

_PYTHON = {"EmailStr": "str", "HttpUrl": "str", "datetime": "datetime", "text": "str"}
_JSON = {"int", "float", "bool"}
"""What JSON has a type for; all else is text in it."""


def field_context(field: Field, lists: Lists = NO_LISTS, *, owned: bool = False) -> Context:
    """Give what the template needs to know about a field."""
    param, alone = field.param, (field.param.name,)
    flags = ["unique=True"] if alone in unique_of([field], owned=owned) else []
    flags += ["index=True"] if alone in indexes_of([field], lists, owned=owned) else []
    return {
        "name": param.name,
        "source": field_source(param),
        "change": field_source(replace(param, default=LEFT_OUT)),
        "view": _nullable(param, _listed(param, _python(param, ANY_JSON, LOCAL_TIME))),
        "column": _model_column(field, flags),
        "unique": field.unique,
        "as_json": param.is_list or param.kind.name == "HttpUrl",
        "required": param.required,
        "any_json": param.kind.name == "json",
    }


def models_context(
    fields: Sequence[Field], lists: Lists = NO_LISTS, *, owned: bool = False
) -> Context:
    """Give the imports of the model, the enums, and which types of its own its columns need.

    And what is said of the table beside its columns.
    """
    names: set[Import] = {
        ("datetime", "UTC"),
        ("datetime", "datetime"),
        ("uuid", "UUID"),
        ("uuid", "uuid4"),
        ("sqlalchemy.orm", "Mapped"),
        ("sqlalchemy.orm", "mapped_column"),
    }
    own = {"ExactDecimal", "AnyJson", "UtcDateTime", "FileColumn", ENUM_COLUMN}
    columns = {column_type(field.param).partition("(")[0] for field in fields if not field.relation}
    names |= {("sqlalchemy", column) for column in columns - own}
    names |= {("sqlalchemy", "ForeignKey") for field in fields if field.relation}
    names |= {("sqlalchemy", "String")} if owned else set()
    python = {"Date": "date", "Time": "time", "Interval": "timedelta"}
    names |= {("datetime", python[column]) for column in columns & python.keys()}
    if "ExactDecimal" in columns:
        names |= {("decimal", "Decimal"), ("sqlalchemy.types", "TypeDecorator")}
        names |= {("sqlalchemy", "Dialect"), ("sqlalchemy", "Text")}
    arguments = _table_arguments(fields, lists, owned=owned)
    names |= {("sqlalchemy", "schema")} if arguments else set()
    if "AnyJson" in columns:
        names |= {
            ("typing", "Any"),
            ("sqlalchemy", "JSON"),
            ("sqlalchemy.ext.compiler", "compiles"),
        }
    enums = [field.param for field in fields if field.param.kind.members]
    names |= {("enum", "StrEnum")} if enums else set()
    names |= {("sqlalchemy", "Enum")} if ENUM_COLUMN in columns else set()
    return {
        "exact": "ExactDecimal" in columns,
        "any_json": "AnyJson" in columns,
        "enums": [enum_source(param) for param in enums],
        "one_of": ENUM_COLUMN in columns,
        "arguments": arguments,
        "imports": _import_block(names),
    }


def schemas_context(
    fields: Sequence[Field], lists: Lists = NO_LISTS, routes: Sequence[str] = ROUTES
) -> Context:
    """Give the imports and the named types of the schemas."""
    params = [field.param for field in fields]
    names = {*imports_of(params), ("pydantic", "BaseModel"), ("pydantic", "ConfigDict")}
    names |= {("datetime", "datetime"), ("uuid", "UUID")}
    names.discard(("enum", "StrEnum"))
    if "list" in routes:
        names |= {("typing", "Literal"), *list_imports(lists)}
    used = {param.kind.annotation for param in params} | types_of(lists)
    aliases = []
    if INT64 in used:
        aliases.append(f"{INT64} = Annotated[int, Field(ge=-(2**63), lt=2**63)]")
        names |= {("typing", "Annotated"), ("pydantic", "Field")}
    if MOMENT in used:
        aliases.append(f"{MOMENT} = Annotated[AwareDatetime, AfterValidator(_in_utc)]")
        names |= {("typing", "Annotated"), ("datetime", "UTC")}
        names |= {("pydantic", "AfterValidator"), ("pydantic", "AwareDatetime")}
    if LOCAL_TIME in used:
        names |= {("typing", "Annotated"), *VALIDATED}
    if DURATION in used:
        names |= {("typing", "Annotated"), ("pydantic", "Field")}
    names |= JSON_IMPORTS if ANY_JSON in used else set()
    aliases += [source for param in params if (source := item_source(param))]
    return {
        "moment": MOMENT in used,
        "local_time": LOCAL_TIME in used,
        "duration": DURATION in used,
        "json": ANY_JSON in used,
        "enums": sorted(param.kind.annotation for param in params if param.kind.members),
        "decimal": JSON_DECIMAL in used,
        "float": any(param.kind.name in {"float", "json"} for param in params),
        "aliases": aliases,
        "imports": _import_block(names),
    }


def _table_arguments(fields: Sequence[Field], lists: Lists, *, owned: bool) -> list[str]:
    """Give the indexes and unique constraints of more than one column."""
    keys = [("Index(None, ", each) for each in indexes_of(fields, lists, owned=owned)]
    keys += [("UniqueConstraint(", each) for each in unique_of(fields, owned=owned)]
    quoted = [(start, [f'"{name}"' for name in columns]) for start, columns in keys]
    return [f"schema.{start}{', '.join(names)})" for start, names in quoted if len(names) > 1]


def _model_column(field: Field, flags: Sequence[str]) -> str:
    param = field.param
    python = _python(param, "Any", "time")
    if param.is_list and param.kind.name not in _JSON:
        python = "str"
    annotation = _nullable(param, _listed(param, python))
    column = f"{param.name}: Mapped[{annotation}] = mapped_column"
    kind = _referring(field.relation) if field.relation else column_type(param)
    return call(column, [kind, *flags], 4)


def _referring(relation: Relation) -> str:
    owned = ", info=OWNED" if relation.owned else ""
    return f'ForeignKey("{relation.module}.id", ondelete="{relation.on_delete}"{owned})'


def column_type(param: Param) -> str:
    """Give the type of a column, as models.py has it."""
    if param.is_list:
        return "JSON(none_as_null=True)" if param.nullable else "JSON"
    if param.kind.name == "str":
        most = param.bounds.get("max_length")
        return f"String({most})" if most else "Text"
    if param.kind.members:
        return f'{ENUM_COLUMN}({param.kind.annotation}, "{param.name}")'
    return _TYPES[param.kind.name]


def _python(param: Param, json: str, time: str) -> str:
    """Give the type of its values in Python."""
    if param.kind.members:
        return param.kind.annotation
    return {**_PYTHON, "json": json, "time": time}.get(param.kind.name, param.kind.name)


def _nullable(param: Param, annotation: str) -> str:
    return f"{annotation} | None" if param.nullable else annotation


def _listed(param: Param, annotation: str) -> str:
    return f"list[{annotation}]" if param.is_list else annotation


def _import_block(names: set[Import]) -> list[str]:
    return [*import_lines(names, standard=True), "", *import_lines(names, standard=False)]


def call(head: str, arguments: Sequence[str], indent: int, *, comma: bool = False) -> str:
    """Write a call as `ruff format` leaves it, where it starts in column `indent`."""
    line = f"{head}({', '.join(arguments)})"
    if indent + len(line) + comma <= WIDTH:
        return line
    inner = " " * (indent + 4)
    together = f"{inner}{', '.join(arguments)}"
    if len(together) <= WIDTH:
        return f"{head}(\n{together}\n{' ' * indent})"
    return f"{head}(\n" + "".join(f"{inner}{text},\n" for text in arguments) + " " * indent + ")"
