"""What one payment looks like over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Reference = Annotated[str, Field(pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
"""The caller's id of a payment; a reference is charged once, even if it is sent again."""
Amount = Annotated[int, Field(strict=True, gt=0, le=10**12)]
"""In the currency's smallest unit, such as cents: floats cannot hold 0.10."""
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO 4217, such as EUR")]


class NewPayment(BaseModel):
    """What is sent to make one; the settings and a fresh id say what is left out."""

    model_config = ConfigDict(extra="forbid")

    amount: Amount
    currency: Currency | None = None
    reference: Reference | None = None


class Order(BaseModel):
    """What one is made of: nothing is left out any more."""

    amount: Amount
    currency: Currency
    reference: Reference


class PaymentView(BaseModel):
    """One as it is kept."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    amount: int
    currency: str
    reference: str
    charge_id: str
    created_at: datetime
