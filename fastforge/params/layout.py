"""Parameters as lines of a pydantic model and of imports, as `ruff format` leaves them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from fastforge.params.bounds import field_arguments
from fastforge.params.kinds import Import
from fastforge.params.param import Param, annotated

WIDTH = 100
_STANDARD = frozenset("datetime decimal enum http logging typing uuid".split())


def field_source(param: Param) -> str:
    """Give the field of a model: its lines, indented by four, without a line break at the end."""
    ending = "" if param.default is None else f" = {param.default}"
    inner = item_name(param) if _has_item(param) else param.kind.annotation
    whole = f"list[{inner}]" if param.is_list else inner
    bounds = param.size if param.is_list else param.bounds
    nullable = " | None" if param.nullable else ""
    line = f"    {param.name}: {annotated(whole, bounds)}{nullable}{ending}"
    if len(line) <= WIDTH:
        return line
    if bounds:
        exploded = _exploded(whole, field_arguments(bounds), nullable=param.nullable)
        return f"    {param.name}: {exploded}{ending}"
    default = ending.removeprefix(" = ")
    is_call = "(" in default and not default.startswith('"')
    call, _, value = default.partition("(") if is_call else ("", "", default)
    opened = f"    {param.name}: {whole}{nullable} = {call}("
    return f"{opened}\n        {value.removesuffix(')') if call else value}\n    )"


def item_source(param: Param) -> str | None:
    """Give the type of a list's items where they have bounds: lines at module level, or None."""
    if not _has_item(param):
        return None
    line = f"{item_name(param)} = {annotated(param.kind.annotation, param.bounds)}"
    if len(line) <= WIDTH:
        return line
    arguments = field_arguments(param.bounds)
    return (
        f"{item_name(param)} = Annotated[\n    {param.kind.annotation},\n    Field({arguments}),\n]"
    )


def item_name(param: Param) -> str:
    """Give the name of the type of a list's items: `TagsItem`."""
    return "".join(word.capitalize() for word in param.name.split("_")) + "Item"


def import_lines(names: Iterable[Import], *, standard: bool) -> list[str]:
    """Give `from ... import ...` lines, sorted: those of the standard library, or the others."""
    members: defaultdict[str, set[str]] = defaultdict(set)
    for module, name in names:
        if (module in _STANDARD) is standard:
            members[module].add(name)
    return [_import(module, sorted(members[module], key=_rank)) for module in sorted(members)]


def _import(module: str, members: Sequence[str]) -> str:
    line = f"from {module} import {', '.join(members)}"
    if len(line) <= WIDTH:
        return line
    return f"from {module} import (\n" + "".join(f"    {member},\n" for member in members) + ")"


def imports_of(params: Iterable[Param]) -> Iterator[Import]:
    """Give what the fields of `params` need."""
    for param in params:
        yield from param.imports


def _has_item(param: Param) -> bool:
    return param.is_list and bool(param.bounds)


def _exploded(annotation: str, arguments: str, *, nullable: bool) -> str:
    lines = ["Annotated[", f"    {annotation},", f"    Field({arguments}),", "]"]
    if nullable:
        lines = ["(", *(f"    {line}" for line in (*lines, "| None")), ")"]
    return "\n    ".join(lines)


def _rank(name: str) -> tuple[bool, bool, str]:
    """Order members as isort does: constants, classes, the rest."""
    return (not name.isupper(), not name[0].isupper(), name)
