"""What may be sent."""

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from shop.modules.notes.schemas import NewNote

FIELDS = NewNote.model_fields

Examples = list[dict[str, object]]
Values = Callable[[str], list[object]]


@pytest.mark.parametrize("field", [*FIELDS, "unknown"])
def test_what_is_no_value_is_refused_and_named(examples: Examples, field: str) -> None:
    with pytest.raises(ValidationError) as raised:
        NewNote.model_validate({**examples[0], field: {"no": "value"}})

    assert {error["loc"][0] for error in raised.value.errors()} == {field}


@pytest.mark.parametrize("field", FIELDS)
def test_each_value_that_fits_is_given_back(
    examples: Examples, fitting_values: Values, field: str
) -> None:
    assert fitting_values(field), "say what it takes: Field(examples=[...])"
    for value in fitting_values(field):
        new = NewNote.model_validate({**examples[0], field: value})

        assert new.model_dump(mode="json")[field] == value


@pytest.mark.parametrize("field", [name for name in FIELDS if FIELDS[name].is_required()])
def test_what_must_be_given_is_missed(examples: Examples, field: str) -> None:
    del examples[0][field]

    with pytest.raises(ValidationError) as raised:
        NewNote.model_validate(examples[0])

    assert [error["loc"] for error in raised.value.errors()] == [(field,)]
