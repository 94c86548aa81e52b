"""What may be sent."""

import pytest
from pydantic import ValidationError

from shop.modules.notes.schemas import NewNote

Examples = list[dict[str, object]]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", 5),
        ("name", ""),
        ("name", "x" * 81),
        ("name", None),
        ("unknown", 1),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_bad_value_is_refused_and_named(examples: Examples, field: str, value: object) -> None:
    with pytest.raises(ValidationError) as raised:
        NewNote.model_validate({**examples[0], field: value})

    assert {error["loc"][0] for error in raised.value.errors()} == {field}


@pytest.mark.parametrize(
    "field",
    [
        "name",
    ],
)
def test_what_must_be_given_is_missed(examples: Examples, field: str) -> None:
    del examples[0][field]

    with pytest.raises(ValidationError) as raised:
        NewNote.model_validate(examples[0])

    assert [error["loc"] for error in raised.value.errors()] == [(field,)]
