"""What becomes of a module's table when its fields are others: a revision that keeps its rows."""

from collections.abc import Mapping, Sequence
from typing import Final

from fastforge.errors import UsageError
from fastforge.params import Param, import_lines
from fastforge.parts.modules.elements import elements
from fastforge.parts.modules.fields import Field
from fastforge.parts.modules.lists import Lists
from fastforge.parts.modules.revision import column_line, revision_type
from fastforge.parts.modules.tables import call

LONGEST_SAID = 90
"""Characters of the sentence that a revision begins with."""

Table = tuple[Sequence[Field], Lists]
"""The fields of a module, and what its list may be asked, which needs indexes."""

_AS_JSON: Final = frozenset({"str", "text", "EmailStr", "int", "float", "bool", "Decimal", "json"})
"""Types whose values a column keeps as JSON has them; so it does those of enums and lists."""

_IMPORTS: Final = {
    "HttpUrl": ("pydantic", "HttpUrl"),
    "UUID": ("uuid", "UUID"),
    "date": ("datetime", "date"),
    "datetime": ("datetime", "datetime"),
    "time": ("datetime", "time"),
    "timedelta": ("datetime", "timedelta"),
}


def alteration(
    name: str, before: Table, after: Table, renamed: Mapping[str, str], *, owned: bool
) -> dict[str, object] | None:
    """Give what the template of the revision needs; None if the table stays as it is.

    `renamed` has the new names of columns by their old ones. Raises UsageError for a new field that
    has no value for the rows that are there.
    """
    there, added = _batches(name, before, after, renamed, owned=owned)
    again = {new: old for old, new in renamed.items()}
    back, _ = _batches(name, after, before, again, owned=owned)
    if not any(there):
        return None
    required = [field for field in added if not field.param.nullable]
    for field in required:
        _require_value(field)
    drops, renames, adds, makes = there
    makes = [*(_strict(field.param) for field in required), *makes]
    return {
        "name": name,
        "said": _said(name, before[0], after[0], renamed),
        "imports": _imports([field.param for field in required]),
        "fills": [_fill(field.param) for field in required],
        "there": [list(filter(None, (drops, renames, adds))), list(filter(None, (makes,)))],
        "back": list(filter(None, back)),
    }


def _batches(
    name: str, before: Table, after: Table, renamed: Mapping[str, str], *, owned: bool
) -> tuple[tuple[list[str], list[str], list[str], list[str]], list[Field]]:
    """Give what is dropped, renamed, added and made, in this order, and the fields that are added.

    A new column may be null at first.
    """
    old, new = (elements(name, *table, owned=owned) for table in (before, after))
    had = {field.param.name for field in before[0]}
    kept = had & {field.param.name for field in after[0]} - {*renamed, *renamed.values()}
    added = [field for field in after[0] if field.param.name not in {*kept, *renamed.values()}]
    drops = [each.dropped for each in old if each not in new]
    drops += [f'batch.drop_column("{column}")' for column in sorted(had - kept - {*renamed})]
    renames = [_altered(column, f'new_column_name="{renamed[column]}"') for column in renamed]
    adds = [_added(field.param) for field in added]
    makes = [each.made for each in new if each not in old]
    return (drops, renames, adds, makes), added


def _altered(column: str, *arguments: str) -> str:
    return call("batch.alter_column", [f'"{column}"', *arguments], 8)


def _added(param: Param) -> str:
    column = column_line(param.name, revision_type(param), nullable=True, indent=12)
    if "\n" in column:
        return f"batch.add_column(\n            {column}\n        )"
    return call("batch.add_column", [column], 8)


def _strict(param: Param) -> str:
    return _altered(param.name, f"existing_type={revision_type(param)}", "nullable=False")


def _fill(param: Param) -> str:
    """Give the call that writes the default of a new field into the rows that are there."""
    kind = "sa.JSON()" if param.kind.name == "json" else revision_type(param)
    return call("_fill", [f'sa.column("{param.name}", {kind})', _value(param)], 4)


def _value(param: Param) -> str:
    default = str(param.default)
    if param.is_made:
        return default.removeprefix("Field(default_factory=lambda: ").removesuffix(")")
    if param.is_list or param.kind.members or param.kind.name in _AS_JSON:
        return str(param.default_json)
    return f"str({default})" if param.kind.name == "HttpUrl" else default


def _imports(params: Sequence[Param]) -> dict[str, list[str]]:
    names = {("typing", "Any")} if params else set()
    for param in params:
        if param.is_made:
            names |= {("datetime", "UTC"), ("datetime", "datetime")}
        elif param.kind.name in _IMPORTS and not param.is_list:
            names.add(_IMPORTS[param.kind.name])
    return {
        "standard": import_lines(names, standard=True),
        "others": import_lines(names, standard=False),
    }


def _require_value(field: Field) -> None:
    """Raise UsageError if a new field has no value for the rows that are there."""
    param = field.param
    if param.required:
        problem = f"The field `{param.name}` has no value for the rows that are there."
        raise UsageError(problem, "Give it a default, or let it be empty: NAME:TYPE|None.")
    if field.unique or (param.is_made and param.kind.name == "UUID"):
        problem = f"The field `{param.name}` needs another value in each row that is there."
        raise UsageError(problem, "Let it be empty: NAME:TYPE|None, and fill it in by your own.")


def _said(
    name: str, had: Sequence[Field], fields: Sequence[Field], renamed: Mapping[str, str]
) -> str:
    """Say in a line what the revision does."""
    old = [field.param.name for field in had if field.param.name not in renamed]
    new = [field.param.name for field in fields if field.param.name not in renamed.values()]
    said = [f"add {column}" for column in new if column not in old]
    said += [f"drop {column}" for column in old if column not in new]
    said += [f"call {column} {renamed[column]}" for column in renamed]
    whole = f"The table {name}: {', '.join(said)}."
    return whole if said and len(whole) <= LONGEST_SAID else f"Change the table {name}."
