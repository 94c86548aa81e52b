"""Decimals in JSON: as text, or as numbers with so few digits that none is lost."""

from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field

DIGITS = 15
"""A float keeps so many decimal digits exactly, and JSON numbers are read as floats."""


def _refuse_rounded(value: object) -> object:
    if isinstance(value, float) and not (
        abs(value) < 10**DIGITS and float(f"{value:.{DIGITS}g}") == value
    ):
        raise ValueError(f"a number of more than {DIGITS} digits is rounded: send it as text")
    return value


JsonDecimal = Annotated[
    Decimal,
    BeforeValidator(_refuse_rounded),
    Field(
        description='Send it as text, such as "12.50": a JSON number may be rounded before it is'
        f" seen, and one of more than {DIGITS} digits is refused."
    ),
]
