"""What may be sent."""

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from shop.modules.notes.schemas import NewNote, NoteChange

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


def test_all_may_be_left_out_of_a_change() -> None:
    assert NoteChange().model_dump(exclude_unset=True) == {}
    assert "required" not in NoteChange.model_json_schema()


@pytest.mark.parametrize("field", FIELDS)
def test_a_change_is_what_was_sent(fitting_values: Values, field: str) -> None:
    for value in fitting_values(field):
        change = NoteChange.model_validate({field: value})

        assert change.model_dump(mode="json", exclude_unset=True) == {field: value}


@pytest.mark.parametrize("value", [None, {"no": "value"}], ids=["null", "no value"])
@pytest.mark.parametrize("field", [*FIELDS, "unknown"])
def test_a_change_takes_no_other_values_than_a_new_one(
    examples: Examples, field: str, value: object
) -> None:
    refused = {}
    for schema, sent in ((NewNote, {**examples[0], field: value}), (NoteChange, {field: value})):
        refused[schema] = set[object]()
        try:
            schema.model_validate(sent)
        except ValidationError as error:
            refused[schema] = {each["loc"][0] for each in error.errors()}

    assert refused[NoteChange] == refused[NewNote]
