"""Fields of a module as its revision has them: columns, constraints and indexes."""

from collections.abc import Sequence

from fastforge.params import Param
from fastforge.params.enums import LONGEST_VALUE
from fastforge.parts.modules.elements import FOREIGN_KEY, INDEX, elements
from fastforge.parts.modules.fields import Field
from fastforge.parts.modules.indexes import OWNER
from fastforge.parts.modules.lists import Lists
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
    columns += [(f.param.name, revision_type(f.param), f.param.nullable) for f in fields]
    made = [each for each in elements(name, fields, NO_LISTS, owned=owned) if each.kind != INDEX]
    key = ['"id"', f'name=op.f("pk_{name}")']
    return [
        *(column_line(column, kind, nullable=nullable) for column, kind, nullable in columns),
        *(each.with_table for each in made if each.kind == FOREIGN_KEY),
        call("sa.PrimaryKeyConstraint", key, 8, comma=True),
        *(each.with_table for each in made if each.kind != FOREIGN_KEY),
    ]


def index_lines(
    name: str, fields: Sequence[Field], lists: Lists = NO_LISTS, *, owned: bool = False
) -> list[str]:
    """Give the statements that make the table's indexes."""
    found = elements(name, fields, lists, owned=owned)
    return [each.made_on(name) for each in found if each.kind == INDEX]


def column_line(name: str, kind: str, *, nullable: bool, indent: int = 8) -> str:
    """Give a column as `create_table` makes it, which starts `indent` from the left."""
    arguments = [f'"{name}"', kind, f"nullable={nullable}"]
    return call("sa.Column", arguments, indent, comma=True)


def revision_type(param: Param) -> str:
    """Give the type of a column, without what only models know."""
    kind = column_type(param)
    if param.is_list:
        return "sa.JSON()"
    if param.kind.members:
        return f"sa.String({LONGEST_VALUE})"
    known = {"ExactDecimal": "sa.Text()", "UtcDateTime": "sa.DateTime(timezone=True)"}
    known["FileColumn"] = "sa.JSON()"
    known["AnyJson(none_as_null=True)"] = 'sa.JSON().with_variant(sa.Text(), "sqlite")'
    return known.get(kind) or (f"sa.{kind}" if kind.endswith(")") else f"sa.{kind}()")
