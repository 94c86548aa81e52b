"""Fields of a module as the sources of its table, its schemas and its tests."""

from collections.abc import Sequence

from fastforge.params import Param, field_source, import_lines, imports_of, item_source
from fastforge.params.kinds import JSON_DECIMAL, Import
from fastforge.params.layout import WIDTH
from fastforge.parts.modules.fields import INT64, MOMENT, Field
from fastforge.parts.modules.paths import nested_path
from fastforge.parts.modules.relations import Relation

Context = dict[str, object]

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


def field_context(field: Field) -> Context:
    """Give what the template needs to know about a field."""
    param = field.param
    return {
        "name": param.name,
        "source": field_source(param),
        "view": _nullable(param, _listed(param, _PYTHON.get(param.kind.name, param.kind.name))),
        "column": _model_column(field),
        "unique": field.unique,
        "as_json": param.is_list or param.kind.name == "HttpUrl",
        "required": param.required,
    }


def relations_context(module: str, fields: Sequence[Field]) -> list[Context]:
    """Give what the template needs to know about each field that refers to a module.

    Where several refer to one module, its lists are told apart by the field's name.
    """
    found = [(field.param.name, field.relation) for field in fields if field.relation]
    modules = [relation.module for _, relation in found]
    return [
        {
            "field": name,
            "name": relation.name,
            "words": relation.name.replace("_", " "),
            "table": relation.module,
            "on_delete": relation.on_delete,
            "path": nested_path(module, relation, alone=modules.count(relation.module) == 1),
        }
        for name, relation in found
    ]


def models_context(fields: Sequence[Field]) -> Context:
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
        if field.relation:
            names.add(("sqlalchemy", "ForeignKey"))
        elif column == "ExactDecimal":
            exact = True
        elif column != "UtcDateTime":
            names.add(("sqlalchemy", column))
        if column == "Date":
            names.add(("datetime", "date"))
    if exact:
        names |= {("decimal", "Decimal"), ("sqlalchemy.types", "TypeDecorator")}
        names |= {("sqlalchemy", "Dialect"), ("sqlalchemy", "Text")}
    return {"exact": exact, "imports": _import_block(names)}


def schemas_context(fields: Sequence[Field]) -> Context:
    """Give the imports and the named types of the schemas."""
    params = [field.param for field in fields]
    names = {*imports_of(params), ("pydantic", "BaseModel"), ("pydantic", "ConfigDict")}
    names |= {("datetime", "datetime"), ("uuid", "UUID")}
    used = {param.kind.annotation for param in params}
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
    lines += [_foreign_key(name, f.param.name, f.relation) for f in fields if f.relation]
    key = ['"id"', f'name=op.f("pk_{name}")']
    lines.append(_call("sa.PrimaryKeyConstraint", key, 8, comma=True))
    for field in fields:
        if field.unique:
            column = field.param.name
            arguments = [f'"{column}"', f'name=op.f("uq_{name}_{column}")']
            lines.append(_call("sa.UniqueConstraint", arguments, 8, comma=True))
    return lines


def index_lines(name: str, fields: Sequence[Field]) -> list[str]:
    """Give the statements that make the table's indexes."""
    columns = ["created_at", *(field.param.name for field in fields if field.index)]
    return [
        _call("op.create_index", [f'op.f("ix_{name}_{c}")', f'"{name}"', f'["{c}"]'], 4)
        for c in columns
    ]


def _model_column(field: Field) -> str:
    param = field.param
    python = _PYTHON.get(param.kind.name, param.kind.name)
    if param.is_list and param.kind.name not in _JSON:
        python = "str"
    flags = [f"{flag}=True" for flag in ("unique", "index") if getattr(field, flag)]
    annotation = _nullable(param, _listed(param, python))
    column = f"{param.name}: Mapped[{annotation}] = mapped_column"
    kind = _referring(field.relation) if field.relation else _column_type(param)
    return _call(column, [kind, *flags], 4)


def _referring(relation: Relation) -> str:
    return f'ForeignKey("{relation.module}.id", ondelete="{relation.on_delete}")'


def _foreign_key(table: str, column: str, relation: Relation) -> str:
    named = f'name=op.f("fk_{table}_{column}_{relation.module}")'
    arguments = [f'["{column}"]', f'["{relation.module}.id"]', named]
    arguments.append(f'ondelete="{relation.on_delete}"')
    return _call("sa.ForeignKeyConstraint", arguments, 8, comma=True)


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
