"""Fields of a module as its revision has them: columns, constraints and indexes."""

from collections.abc import Sequence

from fastforge.params import Param
from fastforge.params.enums import LONGEST_VALUE
from fastforge.params.layout import WIDTH
from fastforge.parts.modules.fields import Field
from fastforge.parts.modules.indexes import OWNER, indexes_of, unique_of
from fastforge.parts.modules.lists import Lists
from fastforge.parts.modules.relations import Relation
from fastforge.parts.modules.tables import NO_LISTS, call, column_type

LONGEST_OWNER = 255
"""Characters in the name of a caller: a token's `sub` has so many at most."""


def table_lines(
    name: str, fields: Sequence[Field], *, stamped: bool, owned: bool = False
) -> list[str]:
    """Give the columns and constraints of the table, as its revision makes them."""
    moment = "sa.DateTime(timezone=True)"
    columns = [("id", "sa.Uuid()", False), ("created_at", moment, False)]
    columns += [("updated_at", moment, False)] if stamped else []
    columns += [(OWNER, f"sa.String({LONGEST_OWNER})", False)] if owned else []
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
        for columns_of_it in unique_of([field], owned=owned):
            arguments = [f'"{column}"' for column in columns_of_it]
            constraint = "_".join(["uq", name, *columns_of_it])
            arguments.append(_named(constraint, 12, "name="))
            lines.append(call("sa.UniqueConstraint", arguments, 8, comma=True))
    return lines


def index_lines(
    name: str, fields: Sequence[Field], lists: Lists = NO_LISTS, *, owned: bool = False
) -> list[str]:
    """Give the statements that make the table's indexes."""
    made = []
    for columns in indexes_of(fields, lists, owned=owned):
        index = "_".join(["ix", *(f"{name}_{column}" for column in columns)])
        listed = ", ".join(f'"{column}"' for column in columns)
        made.append(call("op.create_index", [_named(index, 8), f'"{name}"', f"[{listed}]"], 4))
    return made


def _named(name: str, indent: int, start: str = "") -> str:
    """Write the name of a key in a line of its own; a long one takes more lines.

    It is not cut here: a database that keeps less of a name cuts it itself.
    """
    line = f'{start}op.f("{name}")'
    if indent + len(line) + len(",") <= WIDTH:
        return line
    inner = " " * (indent + 4)
    room = WIDTH - len(f'{inner}""')
    pieces = [f'{inner}"{name[at : at + room]}"\n' for at in range(0, len(name), room)]
    return f"{start}op.f(\n{''.join(pieces)}{' ' * indent})"


def _foreign_key(table: str, column: str, relation: Relation) -> str:
    named = _named(f"fk_{table}_{column}_{relation.module}", 12, "name=")
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
    known["AnyJson(none_as_null=True)"] = 'sa.JSON().with_variant(sa.Text(), "sqlite")'
    return known.get(kind) or (f"sa.{kind}" if kind.endswith(")") else f"sa.{kind}()")
