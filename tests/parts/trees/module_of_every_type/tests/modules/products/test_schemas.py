"""What may be sent."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from shop.modules.products.schemas import NewProduct, _in_utc

Examples = list[dict[str, object]]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", 5),
        ("name", ""),
        ("name", "x" * 81),
        ("name", None),
        ("sku", 5),
        ("sku", "x" * 2),
        ("sku", "x" * 21),
        ("sku", None),
        ("price", "many"),
        ("price", "-0.5"),
        ("price", None),
        ("price", 1234567890123456.78),
        ("stock", "many"),
        ("stock", None),
        ("stock", -9223372036854775809),
        ("stock", 9223372036854775808),
        ("weight", "many"),
        ("weight", "nan"),
        ("active", "maybe"),
        ("active", None),
        ("released_on", "someday"),
        ("released_on", None),
        ("sold_at", "2026-03-01T09:30:00"),
        ("sold_at", None),
        ("sold_at", "9999-12-31T23:59:59-12:00"),
        ("batch", "7"),
        ("batch", None),
        ("contact", "ada"),
        ("contact", None),
        ("site", "ftp://example.com/a"),
        ("site", None),
        ("tags", "no list"),
        ("tags", [5]),
        ("tags", [""]),
        ("tags", ["x" * 21]),
        ("tags", ["example"] * 6),
        ("tags", None),
        ("unknown", 1),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_bad_value_is_refused_and_named(examples: Examples, field: str, value: object) -> None:
    with pytest.raises(ValidationError) as raised:
        NewProduct.model_validate({**examples[0], field: value})

    assert {error["loc"][0] for error in raised.value.errors()} == {field}


def test_a_moment_is_kept_in_utc() -> None:
    moment = _in_utc(datetime.fromisoformat("2026-03-01T09:30:00+05:30"))

    assert moment.isoformat() == "2026-03-01T04:00:00+00:00"
    assert moment.tzinfo is UTC


def test_a_moment_that_utc_has_not_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^out of range$"):
        _in_utc(datetime.fromisoformat("9999-12-31T23:59:59-12:00"))


@pytest.mark.parametrize(
    "field",
    [
        "name",
        "sku",
        "price",
        "released_on",
        "sold_at",
        "batch",
        "contact",
    ],
)
def test_what_must_be_given_is_missed(examples: Examples, field: str) -> None:
    del examples[0][field]

    with pytest.raises(ValidationError) as raised:
        NewProduct.model_validate(examples[0])

    assert [error["loc"] for error in raised.value.errors()] == [(field,)]
