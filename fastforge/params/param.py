"""A parameter of a task, or a field of a module: its Python source and values to test it with."""

from dataclasses import dataclass, field
from decimal import Decimal

from fastforge.params.bounds import (
    Bounds,
    field_arguments,
    fits,
    number_within,
    plain,
)
from fastforge.params.kinds import Import, Kind

_WORD = "example"


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter. Values to test with are Python sources of what JSON holds.

    `bounds` are those of the value, or of each item if it `is_list`; `size` is that of the list.
    `default` is Python source, `default_json` that of the JSON value which means the same; there is
    none for a default that is made anew for each request.
    """

    name: str
    kind: Kind
    bounds: Bounds
    is_list: bool = False
    size: Bounds = field(default_factory=dict)
    nullable: bool = False
    default: str | None = None
    default_json: str | None = None

    @property
    def required(self) -> bool:
        """Whether it must be given."""
        return self.default is None

    @property
    def is_made(self) -> bool:
        """Whether the server makes its default, another one each time."""
        return self.default is not None and self.default_json is None

    @property
    def text(self) -> str:
        """What a user types for it, apart from the default."""
        inner = f"{self.kind.typed}{_typed(self.bounds)}"
        whole = f"list[{inner}]{_typed(self.size)}" if self.is_list else inner
        return f"{self.name}:{whole}{'|None' if self.nullable else ''}"

    @property
    def imports(self) -> frozenset[Import]:
        """What its annotation and default need."""
        needed = set(self.kind.imports)
        if self.bounds or self.size:
            needed |= {("typing", "Annotated"), ("pydantic", "Field")}
        default = self.default or ""
        if default.startswith("Field("):
            needed.add(("pydantic", "Field"))
        if self.is_made and "uuid4" in default:
            needed.add(("uuid", "uuid4"))
        elif self.is_made:
            needed |= {("datetime", "datetime"), ("datetime", "UTC")}
        elif default.startswith("datetime."):
            needed.add(("datetime", "datetime"))
        return frozenset(needed)

    @property
    def example(self) -> str:
        """A value that is valid."""
        if not self.is_list:
            return _example(self.kind, self.bounds)
        return _list(_example(self.kind, self.bounds), int(self.size.get("min_length") or 1))


def _typed(bounds: Bounds) -> str:
    if not bounds:
        return ""
    signs = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
    if signs.keys() & bounds.keys():
        return "".join(f"{signs[name]}{plain(value)}" for name, value in bounds.items())
    low, high = bounds.get("min_length"), bounds.get("max_length")
    return "{" + ",".join("" if value is None else plain(value) for value in (low, high)) + "}"


def annotated(annotation: str, bounds: Bounds) -> str:
    """Give an annotation with its bounds, on one line."""
    return f"Annotated[{annotation}, Field({field_arguments(bounds)})]" if bounds else annotation


def _example(kind: Kind, bounds: Bounds) -> str:
    if kind.members:
        return f'"{kind.members[0]}"'
    if not bounds:
        return kind.example
    if kind.is_number:
        return _number(kind, number_within(kind, bounds))
    if fits(Decimal(len(_WORD)), bounds):
        return f'"{_WORD}"'
    return _repeated(int(bounds.get("min_length") or bounds["max_length"]))


def _number(kind: Kind, value: Decimal) -> str:
    return f'"{plain(value)}"' if kind.name == "Decimal" else plain(value)


def _repeated(length: int) -> str:
    return f'"x" * {length}' if length > 1 else '"x"' if length else '""'


def _list(item: str, length: int) -> str:
    if length == 0:
        return "[]"
    return f"[{item}]" if length == 1 else f"[{item}] * {length}"
