"""What one product looks like over HTTP."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, EmailStr, Field, HttpUrl

from ...values.decimals import JsonDecimal


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("out of range") from error


Int64 = Annotated[int, Field(ge=-(2**63), lt=2**63)]
Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
TagsItem = Annotated[str, Field(min_length=1, max_length=20)]


class NewProduct(BaseModel):
    """What is sent to make one, or to replace one as a whole."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    name: Annotated[str, Field(min_length=1, max_length=80)]
    sku: Annotated[str, Field(min_length=3, max_length=20)]
    price: Annotated[JsonDecimal, Field(ge=0)]
    stock: Int64 = 0
    weight: float | None = None
    active: bool = True
    released_on: date
    sold_at: Moment
    batch: UUID
    contact: EmailStr
    site: HttpUrl = HttpUrl("https://example.com")
    tags: Annotated[list[TagsItem], Field(max_length=5)] = Field(default_factory=list)


class ProductView(BaseModel):
    """One as it is kept."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    created_at: datetime
    name: str
    sku: str
    price: Decimal
    stock: int
    weight: float | None
    active: bool
    released_on: date
    sold_at: datetime
    batch: UUID
    contact: str
    site: str
    tags: list[str]


class ProductPage(BaseModel):
    """Some of them, the oldest first, and how many there are in all."""

    items: list[ProductView]
    total: int
