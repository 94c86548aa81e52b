"""Constraints and indexes of a module's table: as `create_table` makes them, and made later."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fastforge.params import Param
from fastforge.params.layout import WIDTH
from fastforge.parts.modules.fields import Field
from fastforge.parts.modules.indexes import indexes_of, unique_of
from fastforge.parts.modules.lists import Lists
from fastforge.parts.modules.relations import Relation
from fastforge.parts.modules.tables import call

INDEX, UNIQUE, CHECK, FOREIGN_KEY = "index", "unique", "check", "foreignkey"


@dataclass(frozen=True, slots=True)
class Element:
    """An index or a constraint: its name, and what its functions are given, as Python sources.

    `arguments` are those after the name (and the table), as Alembic's functions want them.
    """

    kind: str
    name: str
    arguments: tuple[str, ...]

    @property
    def with_table(self) -> str:
        """How `create_table` makes a constraint, in column 8."""
        name = _named(self.name, 12, "name=")
        if self.kind == CHECK:
            return _checking("sa.CheckConstraint", [self.arguments, (name,)])
        if self.kind == UNIQUE:
            columns = self.arguments[0].strip("[]").split(", ")
            return call("sa.UniqueConstraint", [*columns, name], 8, comma=True)
        module, own, _, on_delete = self.arguments
        theirs = f'["{module[1:-1]}.id"]'
        return call("sa.ForeignKeyConstraint", [own, theirs, name, on_delete], 8, comma=True)

    def made_on(self, table: str) -> str:
        """How an index of a new table is made, in column 4."""
        name = _named(self.name, 8)
        return call("op.create_index", [name, f'"{table}"', *self.arguments], 4)

    @property
    def made(self) -> str:
        """How a batch makes it, in column 8."""
        name = _named(self.name, 12)
        if self.kind == CHECK:
            return _checking("batch.create_check_constraint", [(name,), self.arguments])
        what = {INDEX: "index", UNIQUE: "unique_constraint", FOREIGN_KEY: "foreign_key"}
        return call(f"batch.create_{what[self.kind]}", [name, *self.arguments], 8)

    @property
    def dropped(self) -> str:
        """How a batch drops it, in column 8."""
        name = _named(self.name, 12)
        if self.kind == INDEX:
            return call("batch.drop_index", [name], 8)
        return call("batch.drop_constraint", [name, f'type_="{self.kind}"'], 8)


def elements(table: str, fields: Sequence[Field], lists: Lists, *, owned: bool) -> list[Element]:
    """Give the constraints of a table, those of its key apart, and then its indexes."""
    indexes = (
        Element(
            INDEX,
            "_".join(["ix", *(f"{table}_{column}" for column in columns)]),
            (_listed(columns),),
        )
        for columns in indexes_of(fields, lists, owned=owned)
    )
    return [*_constraints(table, fields, owned=owned), *indexes]


def _constraints(table: str, fields: Sequence[Field], *, owned: bool) -> Iterator[Element]:
    for field in fields:
        if field.relation:
            yield _foreign_key(table, field.param.name, field.relation)
    for field in fields:
        if field.param.kind.members and not field.param.is_list:
            yield Element(CHECK, f"ck_{table}_{field.param.name}", _check(field.param))
        for columns in unique_of([field], owned=owned):
            yield Element(UNIQUE, "_".join(["uq", table, *columns]), (_listed(columns),))


def _listed(columns: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{column}"' for column in columns) + "]"


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


def _foreign_key(table: str, column: str, relation: Relation) -> Element:
    arguments = (f'"{relation.module}"', f'["{column}"]', '["id"]')
    name = f"fk_{table}_{column}_{relation.module}"
    return Element(FOREIGN_KEY, name, (*arguments, f'ondelete="{relation.on_delete}"'))


def _check(param: Param) -> tuple[str, ...]:
    """Give the check of an enum as sources of text, one for each line."""
    pieces, line = [], f"{param.name} IN ("
    for value in param.kind.members:
        piece = f"'{value}'" + (")" if value == param.kind.members[-1] else ", ")
        if len(line + piece) > WIDTH - 16:
            pieces.append(line)
            line = ""
        line += piece
    return tuple(f'"{piece}"' for piece in (*pieces, line))


def _checking(head: str, arguments: Sequence[Sequence[str]]) -> str:
    """Write a call in column 8 that is given a text, which may need more than one line."""
    if all(len(lines) == 1 for lines in arguments):
        return call(head, [lines[0] for lines in arguments], 8, comma=head.startswith("sa."))
    indent = "\n" + " " * 12
    inner = "".join(f"{indent}{indent.join(lines)}," for lines in arguments)
    return f"{head}({inner}\n        )"
