"""Values for fields whose types are read from a source file."""

import ast

import pytest

from fastforge.params.annotations import example_of

ALIASES = {
    "Code": ast.parse("Annotated[str, Field(min_length=20)]", mode="eval").body,
    "Json": ast.parse("Annotated[JsonValue, AfterValidator(_sendable)]", mode="eval").body,
    "Loop": ast.parse("Loop", mode="eval").body,
}


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        ("str", '"example"'),
        ("int | None", "1"),
        ("datetime", '"2026-03-01T09:30:00Z"'),
        ("AwareDatetime", '"2026-03-01T09:30:00Z"'),
        ("MailAddress", '"ada@example.com"'),
        ("Annotated[JsonDecimal, Field(ge=3)]", '"3"'),
        ("Annotated[int, Field(gt=1.5, lt=4, strict=True), AfterValidator(check)]", "3"),
        ("Annotated[str, Field(max_length=3), 'a note']", '"x" * 3'),
        ("Code", '"x" * 20'),
        ("list[Code]", '["x" * 20]'),
        ("Annotated[list[int], Field(min_length=2, ge=7)]", "[1] * 2"),
        ("time", '"09:30:00"'),
        ("timedelta | None", '"P1D"'),
        ("Json", '{"example": [1, True, None]}'),
        ("Literal['low', 'high']", '"low"'),
        ("Literal['low']", '"low"'),
        ("list[Literal['low']]", '["low"]'),
        ("Literal[1, 'low']", '"low"'),
        ("Literal[1]", None),
        ("enum", None),
        ("list[list[int]]", None),
        ("list[Unknown]", None),
        ("Annotated[Unknown, Field(ge=1)]", None),
        ("dict[str, int]", None),
        ("Loop", None),
    ],
)
def test_a_value_fits_its_type_and_bounds(annotation: str, value: str | None) -> None:
    assert example_of(annotation, ALIASES) == value
