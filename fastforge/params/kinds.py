"""The types a parameter may have: how each is written, and a value that fits."""

from collections.abc import Mapping
from dataclasses import dataclass

Import = tuple[str, str]
"""A module and a name in it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One type. `example` is the Python source of a JSON value; `members` are those of an enum."""

    name: str
    annotation: str
    example: str
    imports: tuple[Import, ...] = ()
    members: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether it may have bounds such as `>=1`."""
        return self.name in {"int", "float", "Decimal"}

    @property
    def has_length(self) -> bool:
        """Whether it may have bounds such as `{1,80}`."""
        return self.name in {"str", "text"}

    @property
    def is_comparable(self) -> bool:
        """Whether a database can compare and order its values as they are meant.

        A Decimal is kept as text, which would put 10 before 9; JSON and files have no order.
        """
        return self.name not in {"Decimal", "json", "file"}

    @property
    def typed(self) -> str:
        """What a user types for it, apart from bounds."""
        return f"enum({','.join(self.members)})" if self.members else self.name


_KINDS = (
    Kind("str", "str", '"example"'),
    Kind("text", "str", '"example"'),
    Kind("int", "int", "1"),
    Kind("float", "float", "1.5"),
    Kind("bool", "bool", "True"),
    Kind("Decimal", "Decimal", '"12.50"', (("decimal", "Decimal"),)),
    Kind("date", "date", '"2026-03-01"', (("datetime", "date"),)),
    Kind(
        "datetime",
        "AwareDatetime",
        '"2026-03-01T09:30:00Z"',
        (("pydantic", "AwareDatetime"),),
    ),
    Kind("time", "time", '"09:30:00"', (("datetime", "time"),)),
    Kind("timedelta", "timedelta", '"P1D"', (("datetime", "timedelta"),)),
    Kind("UUID", "UUID", f'"{7:08}-0000-4000-8000-{7:012}"', (("uuid", "UUID"),)),
    Kind("EmailStr", "EmailStr", '"ada@example.com"', (("pydantic", "EmailStr"),)),
    Kind(
        "HttpUrl",
        "HttpUrl",
        '"https://example.com/a"',
        (("pydantic", "HttpUrl"),),
    ),
    Kind("enum", "StrEnum", "", (("enum", "StrEnum"),)),
    Kind("json", "JsonValue", '{"example": [1, True, None]}', (("pydantic", "JsonValue"),)),
)

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _KINDS}
"""By the name a user types. A `datetime` has a timezone: one without is refused."""

NAMES = ", ".join(KINDS).replace("enum", "enum(A,B)")
TYPES = f"{NAMES}, list[TYPE], TYPE|None"
"""What a parameter or a field may be, for a person who is asked."""

ANY_JSON = "Json"
"""The type of JSON in generated files: not null, and no deeper than an answer can be."""
VALIDATED: frozenset[Import] = frozenset(
    {("pydantic", "AfterValidator"), ("pydantic", "WithJsonSchema")}
)
JSON_IMPORTS = VALIDATED | {("typing", "Annotated"), ("pydantic_core", "to_json")}
"""What ANY_JSON is made with, besides pydantic's own type."""

JSON_DECIMAL = "JsonDecimal"
"""The project's type for a decimal that JSON must not round."""
