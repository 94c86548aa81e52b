"""What may be sent."""

import pytest
from pydantic import ValidationError

from shop.modules.payments.schemas import NewPayment

ORDER = {"amount": 1999, "currency": "EUR", "reference": "order-1"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", 0),
        ("amount", -1),
        ("amount", 19.99),
        ("amount", "1999"),
        ("amount", True),
        ("amount", 10**12 + 1),
        ("currency", "eur"),
        ("currency", "EURO"),
        ("currency", "EUR\n"),
        ("reference", ""),
        ("reference", "x" * 65),
        ("reference", "order 1"),
        ("reference", "../order"),
        ("reference", "order\r\nX-Evil: 1"),
        ("tip", 1),
    ],
)
def test_a_bad_field_is_named(field: str, value: object) -> None:
    with pytest.raises(ValidationError) as raised:
        NewPayment.model_validate({**ORDER, field: value})

    assert [error["loc"] for error in raised.value.errors()] == [(field,)]


def test_an_amount_must_be_given_and_the_rest_may_be_left_out() -> None:
    with pytest.raises(ValidationError, match="amount"):
        NewPayment.model_validate({**ORDER, "amount": None})

    assert NewPayment.model_validate({"amount": 100}).amount == 100


@pytest.mark.parametrize(
    ("field", "value"),
    [("amount", 1), ("amount", 10**12), ("reference", "x" * 64), ("reference", "A.b_c-1")],
)
def test_the_limits_themselves_are_accepted(field: str, value: object) -> None:
    assert NewPayment.model_validate({**ORDER, field: value}).model_dump()[field] == value
