"""Fields of a module as its revision has them: columns, constraints and indexes."""

from collections.abc import Sequence

from fastforge.params import Param
from fastforge.params.enums import LONGEST_VALUE
from fastforge.params.layout import WIDTH
from fastforge.parts.modules.fields import Field
from fastforge.parts.modules.lists import Lists, plain_index, sorted_index
from fastforge.parts.modules.relations import Relation
from fastforge.parts.modules.tables import NO_LISTS, call, column_type


def table_lines(name: str, fields: Sequence[Field], *, stamped: bool) -> list[str]:
    """Give the columns and constraints of the table, as its revision makes them."""
    moment = "sa.DateTime(timezone=True)"
    columns = [("id", "sa.Uuid()", False), ("created_at", moment, False)]
    columns += [("updated_at", moment, False)] if stamped else []
    columns += [(f.param.name, _revision_type(f.param), f.param.nullable) for f in fields]
    lines = [
        call("sa.Column", [f'"{column}"', kind, f"nullable={nullable}"], 8, comma=True)
        for column, kind, nullable in columns
    ]
    lines += [_foreign_key(name, f.param.name, f.relation) for f in fields if f.relation]
    key = ['"id"', f'name=op.f("pk_{name}")']
    lines.append(call("sa.PrimaryKeyConstraint", key, 8, comma=True))
    for field in fields:
        if field.param.kind.members and not field.param.is_list:
            lines.append(_check_lines(name, field.param))
        if field.unique:
            column = field.param.name
            arguments = [f'"{column}"', f'name=op.f("uq_{name}_{column}")']
            lines.append(call("sa.UniqueConstraint", arguments, 8, comma=True))
    return lines


def index_lines(name: str, fields: Sequence[Field], lists: Lists = NO_LISTS) -> list[str]:
    """Give the statements that make the table's indexes."""
    columns = ["created_at", *(f.param.name for f in fields if plain_index(f, lists))]
    found = [(f"ix_{name}_{column}", f'["{column}"]') for column in columns]
    ordered = [field.param.name for field in fields if sorted_index(field, lists)]
    found += [(f"ix_{name}_{column}_{name}_id", f'["{column}", "id"]') for column in ordered]
    return [
        call("op.create_index", [f'op.f("{index}")', f'"{name}"', columns_of_it], 4)
        for index, columns_of_it in found
    ]


def _foreign_key(table: str, column: str, relation: Relation) -> str:
    named = f'name=op.f("fk_{table}_{column}_{relation.module}")'
    arguments = [f'["{column}"]', f'["{relation.module}.id"]', named]
    arguments.append(f'ondelete="{relation.on_delete}"')
    return call("sa.ForeignKeyConstraint", arguments, 8, comma=True)


def _check_lines(table: str, param: Param) -> str:
    """Give the check constraint of an enum, whose values may take more than a line."""
    pieces, line = [], f"{param.name} IN ("
    for value in param.kind.members:
        piece = f"'{value}'" + (")" if value == param.kind.members[-1] else ", ")
        if len(line + piece) > WIDTH - 16:
            pieces.append(line)
            line = ""
        line += piece
    arguments = [f'"{piece}"' for piece in (*pieces, line)]
    arguments.append(f'name=op.f("ck_{table}_{param.name}")')
    if pieces:
        *texts, name = (f"\n            {argument}" for argument in arguments)
        return f"sa.CheckConstraint({''.join(texts)},{name},\n        )"
    return call("sa.CheckConstraint", arguments, 8, comma=True)


def _revision_type(param: Param) -> str:
    kind = column_type(param)
    if param.is_list:
        return "sa.JSON()"
    if param.kind.members:
        return f"sa.String({LONGEST_VALUE})"
    known = {"ExactDecimal": "sa.Text()", "UtcDateTime": "sa.DateTime(timezone=True)"}
    known["FileColumn"] = "sa.JSON()"
    known["AnyJson(none_as_null=True)"] = 'sa.JSON().with_variant(sa.Text(), "sqlite")'
    return known.get(kind) or (f"sa.{kind}" if kind.endswith(")") else f"sa.{kind}()")
