"""What may be sent."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from shop.modules.results.schemas import NewResult, _in_utc

FIELDS = NewResult.model_fields

Examples = list[dict[str, object]]
Values = Callable[[str], list[object]]


@pytest.mark.parametrize("field", [*FIELDS, "unknown"])
def test_what_is_no_value_is_refused_and_named(examples: Examples, field: str) -> None:
    with pytest.raises(ValidationError) as raised:
        NewResult.model_validate({**examples[0], field: {"no": "value"}})

    assert {error["loc"][0] for error in raised.value.errors()} == {field}


@pytest.mark.parametrize("field", FIELDS)
def test_each_value_that_fits_is_given_back(
    examples: Examples, fitting_values: Values, field: str
) -> None:
    assert fitting_values(field), "say what it takes: Field(examples=[...])"
    for value in fitting_values(field):
        new = NewResult.model_validate({**examples[0], field: value})

        assert new.model_dump(mode="json")[field] == value


def test_a_moment_is_kept_in_utc() -> None:
    moment = _in_utc(datetime.fromisoformat("2026-03-01T09:30:00+05:30"))

    assert moment.isoformat() == "2026-03-01T04:00:00+00:00"
    assert moment.tzinfo is UTC


def test_a_moment_that_utc_has_not_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^out of range$"):
        _in_utc(datetime.fromisoformat("9999-12-31T23:59:59-12:00"))


@pytest.mark.parametrize("field", [name for name in FIELDS if FIELDS[name].is_required()])
def test_what_must_be_given_is_missed(examples: Examples, field: str) -> None:
    del examples[0][field]

    with pytest.raises(ValidationError) as raised:
        NewResult.model_validate(examples[0])

    assert [error["loc"] for error in raised.value.errors()] == [(field,)]
