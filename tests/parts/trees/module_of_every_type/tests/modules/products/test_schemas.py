"""What may be sent."""

from collections.abc import Callable
from datetime import UTC, datetime, time

import pytest
from pydantic import ValidationError

from shop.modules.products.schemas import (
    NewProduct,
    ProductChange,
    _in_utc,
    _sendable,
    _without_offset,
)

FIELDS = NewProduct.model_fields
ANY_JSON = [
    "details",
    "more",
]
"""Fields that take an object too."""

Examples = list[dict[str, object]]
Values = Callable[[str], list[object]]


@pytest.mark.parametrize("field", [*(name for name in FIELDS if name not in ANY_JSON), "unknown"])
def test_what_is_no_value_is_refused_and_named(examples: Examples, field: str) -> None:
    with pytest.raises(ValidationError) as raised:
        NewProduct.model_validate({**examples[0], field: {"no": "value"}})

    assert {error["loc"][0] for error in raised.value.errors()} == {field}


@pytest.mark.parametrize("field", FIELDS)
def test_each_value_that_fits_is_given_back(
    examples: Examples, fitting_values: Values, field: str
) -> None:
    assert fitting_values(field), "say what it takes: Field(examples=[...])"
    for value in fitting_values(field):
        new = NewProduct.model_validate({**examples[0], field: value})

        assert new.model_dump(mode="json")[field] == value


def test_a_moment_is_kept_in_utc() -> None:
    moment = _in_utc(datetime.fromisoformat("2026-03-01T09:30:00+05:30"))

    assert moment.isoformat() == "2026-03-01T04:00:00+00:00"
    assert moment.tzinfo is UTC


def test_a_moment_that_utc_has_not_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^out of range$"):
        _in_utc(datetime.fromisoformat("9999-12-31T23:59:59-12:00"))


def test_a_time_of_day_with_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^a time of day has no offset here$"):
        _without_offset(time(9, 30, tzinfo=UTC))


def test_null_is_no_json_value_here() -> None:
    with pytest.raises(ValueError, match=r"^null is no value here$"):
        _sendable(None)


@pytest.mark.parametrize("field", ANY_JSON)
def test_json_that_no_answer_could_hold_is_refused(examples: Examples, field: str) -> None:
    deep: object = "the deepest"
    for _ in range(254):
        deep = [deep]
    with pytest.raises(ValidationError):
        NewProduct.model_validate({**examples[0], field: deep})


@pytest.mark.parametrize("field", ANY_JSON)
def test_json_has_finite_numbers_only(examples: Examples, field: str) -> None:
    no_number = {"ratio": float("nan")}
    with pytest.raises(ValidationError):
        NewProduct.model_validate({**examples[0], field: no_number})


@pytest.mark.parametrize("field", [name for name in FIELDS if FIELDS[name].is_required()])
def test_what_must_be_given_is_missed(examples: Examples, field: str) -> None:
    del examples[0][field]

    with pytest.raises(ValidationError) as raised:
        NewProduct.model_validate(examples[0])

    assert [error["loc"] for error in raised.value.errors()] == [(field,)]


def test_all_may_be_left_out_of_a_change() -> None:
    assert ProductChange().model_dump(exclude_unset=True) == {}
    assert "required" not in ProductChange.model_json_schema()


@pytest.mark.parametrize("field", FIELDS)
def test_a_change_is_what_was_sent(fitting_values: Values, field: str) -> None:
    for value in fitting_values(field):
        change = ProductChange.model_validate({field: value})

        assert change.model_dump(mode="json", exclude_unset=True) == {field: value}


@pytest.mark.parametrize("value", [None, {"no": "value"}], ids=["null", "no value"])
@pytest.mark.parametrize("field", [*FIELDS, "unknown"])
def test_a_change_takes_no_other_values_than_a_new_one(
    examples: Examples, field: str, value: object
) -> None:
    refused = {}
    for schema, sent in (
        (NewProduct, {**examples[0], field: value}),
        (ProductChange, {field: value}),
    ):
        refused[schema] = set[object]()
        try:
            schema.model_validate(sent)
        except ValidationError as error:
            refused[schema] = {each["loc"][0] for each in error.errors()}

    assert refused[ProductChange] == refused[NewProduct]
