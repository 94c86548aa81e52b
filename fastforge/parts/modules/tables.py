"""Fields of a module as the sources of its table, its schemas and its tests."""

from collections.abc import Sequence
from dataclasses import replace

from fastforge.params import Param, field_source, import_lines, imports_of, item_source
from fastforge.params.kinds import JSON_DECIMAL, Import
from fastforge.params.layout import WIDTH
from fastforge.parts.modules.fields import INT64, MOMENT, Field
from fastforge.parts.modules.lists import (
    Lists,
    imports_of as list_imports,
    plain_index,
    sorted_index,
    types_of,
)
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
    "UUID": "Uuid",
    "EmailStr": "String(254)",
    "HttpUrl": "Text",
}
"""What a column is of; an address of 254 characters is the longest (RFC 5321)."""

_PYTHON = {"EmailStr": "str", "HttpUrl": "str", "datetime": "datetime"}
_JSON = {"int", "float", "bool"}
"""What JSON has a type for; all else is text in it."""


def field_context(field: Field, lists: Lists = NO_LISTS) -> Context:
    """Give what the template needs to know about a field."""
    param = field.param
    return {
        "name": param.name,
        "source": field_source(param),
        "change": field_source(replace(param, default=LEFT_OUT)),
        "view": _nullable(param, _listed(param, _PYTHON.get(param.kind.name, param.kind.name))),
        "column": _model_column(field, lists),
        "unique": field.unique,
        "as_json": param.is_list or param.kind.name == "HttpUrl",
        "required": param.required,
    }


def models_context(fields: Sequence[Field], lists: Lists = NO_LISTS) -> Context:
    """Give the imports of the model, and whether a column is an exact decimal."""
    names: set[Import] = {
        ("datetime", "UTC"),
        ("datetime", "datetime"),
        ("uuid", "UUID"),
        ("uuid", "uuid4"),
        ("sqlalchemy.orm", "Mapped"),
        ("sqlalchemy.orm", "mapped_column"),
    }
    exact = False
    for field in fields:
        column = _column_type(field.param).partition("(")[0]
        if column == "ExactDecimal":
            exact = True
        elif column != "UtcDateTime":
            names.add(("sqlalchemy", column))
        if column == "Date":
            names.add(("datetime", "date"))
    if exact:
        names |= {("decimal", "Decimal"), ("sqlalchemy.types", "TypeDecorator")}
        names |= {("sqlalchemy", "Dialect"), ("sqlalchemy", "Text")}
    if any(sorted_index(field, lists) for field in fields):
        names.add(("sqlalchemy", "schema"))
    return {"exact": exact, "imports": _import_block(names)}


def schemas_context(
    fields: Sequence[Field], lists: Lists = NO_LISTS, routes: Sequence[str] = ROUTES
) -> Context:
    """Give the imports and the named types of the schemas."""
    params = [field.param for field in fields]
    names = {*imports_of(params), ("pydantic", "BaseModel"), ("pydantic", "ConfigDict")}
    names |= {("datetime", "datetime"), ("uuid", "UUID")}
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
    aliases += [source for param in params if (source := item_source(param))]
    return {
        "moment": MOMENT in used,
        "decimal": JSON_DECIMAL in used,
        "float": any(param.kind.name == "float" for param in params),
        "aliases": aliases,
        "imports": _import_block(names),
    }


def table_lines(name: str, fields: Sequence[Field]) -> list[str]:
    """Give the columns and constraints of the table, as its revision makes them."""
    moment = "sa.DateTime(timezone=True)"
    columns = [("id", "sa.Uuid()", False), ("created_at", moment, False)]
    columns += [(f.param.name, _revision_type(f.param), f.param.nullable) for f in fields]
    lines = [f'sa.Column("{c}", {kind}, nullable={nullable})' for c, kind, nullable in columns]
    key = ['"id"', f'name=op.f("pk_{name}")']
    lines.append(_call("sa.PrimaryKeyConstraint", key, 8, comma=True))
    for field in fields:
        if field.unique:
            column = field.param.name
            arguments = [f'"{column}"', f'name=op.f("uq_{name}_{column}")']
            lines.append(_call("sa.UniqueConstraint", arguments, 8, comma=True))
    return lines


def index_lines(name: str, fields: Sequence[Field], lists: Lists = NO_LISTS) -> list[str]:
    """Give the statements that make the table's indexes."""
    columns = ["created_at", *(f.param.name for f in fields if plain_index(f, lists))]
    found = [(f"ix_{name}_{column}", f'["{column}"]') for column in columns]
    ordered = [field.param.name for field in fields if sorted_index(field, lists)]
    found += [(f"ix_{name}_{column}_{name}_id", f'["{column}", "id"]') for column in ordered]
    return [
        _call("op.create_index", [f'op.f("{index}")', f'"{name}"', columns_of_it], 4)
        for index, columns_of_it in found
    ]


def _model_column(field: Field, lists: Lists) -> str:
    param = field.param
    python = _PYTHON.get(param.kind.name, param.kind.name)
    if param.is_list and param.kind.name not in _JSON:
        python = "str"
    flags = ["unique=True"] if field.unique else []
    flags += ["index=True"] if plain_index(field, lists) else []
    annotation = _nullable(param, _listed(param, python))
    column = f"{param.name}: Mapped[{annotation}] = mapped_column"
    return _call(column, [_column_type(param), *flags], 4)


def _column_type(param: Param) -> str:
    if param.is_list:
        return "JSON(none_as_null=True)" if param.nullable else "JSON"
    if param.kind.name == "str":
        most = param.bounds.get("max_length")
        return f"String({most})" if most else "Text"
    return _TYPES[param.kind.name]


def _revision_type(param: Param) -> str:
    kind = _column_type(param)
    if param.is_list:
        return "sa.JSON()"
    known = {"ExactDecimal": "sa.Text()", "UtcDateTime": "sa.DateTime(timezone=True)"}
    return known.get(kind) or (f"sa.{kind}" if kind.endswith(")") else f"sa.{kind}()")


def _as_kept(param: Param, default: str) -> str:
    """Write an address as it comes back: pydantic gives one without a path its slash."""
    url = param.kind.name == "HttpUrl" and default.startswith('"')
    return f"str(HttpUrl({default}))" if url else default


def _nullable(param: Param, annotation: str) -> str:
    return f"{annotation} | None" if param.nullable else annotation


def _listed(param: Param, annotation: str) -> str:
    return f"list[{annotation}]" if param.is_list else annotation


def _import_block(names: set[Import]) -> list[str]:
    return [*import_lines(names, standard=True), "", *import_lines(names, standard=False)]


def _call(head: str, arguments: Sequence[str], indent: int, *, comma: bool = False) -> str:
    """Write a call as `ruff format` leaves it, where it starts in column `indent`."""
    line = f"{head}({', '.join(arguments)})"
    if indent + len(line) + comma <= WIDTH:
        return line
    inner = " " * (indent + 4)
    together = f"{inner}{', '.join(arguments)}"
    if len(together) <= WIDTH:
        return f"{head}(\n{together}\n{' ' * indent})"
    return f"{head}(\n" + "".join(f"{inner}{text},\n" for text in arguments) + " " * indent + ")"
