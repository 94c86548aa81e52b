"""What one product looks like over HTTP."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID, uuid4

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    EmailStr,
    Field,
    HttpUrl,
    JsonValue,
    WithJsonSchema,
)
from pydantic_core import to_json

from ...values.decimals import JsonDecimal
from ...values.left_out import LEFT_OUT
from ...web.paging import Paging
from .models import ProductLabels, ProductState


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("out of range") from error


def _without_offset(moment: time) -> time:
    if moment.tzinfo is not None:
        raise ValueError("a time of day has no offset here")
    return moment


def _sendable(value: JsonValue) -> JsonValue:
    if value is None:
        raise ValueError("null is no value here")
    to_json([value])  # raises ValueError if an answer cannot be so deep
    return value


LocalTime = Annotated[
    time,
    AfterValidator(_without_offset),
    WithJsonSchema({"type": "string", "pattern": r"^\d\d:\d\d(:\d\d(\.\d{1,6})?)?$"}),
]
Duration = Annotated[
    timedelta,
    Field(
        ge=timedelta(days=-365_000),
        le=timedelta(days=365_000),
        description="At most 1000 years forward or back.",
    ),
]
Json = Annotated[
    JsonValue,
    AfterValidator(_sendable),
    WithJsonSchema({"type": ["object", "array", "string", "number", "boolean"]}),
]
Int64 = Annotated[int, Field(ge=-(2**63), lt=2**63)]
Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
TagsItem = Annotated[str, Field(min_length=1, max_length=20)]


class NewProduct(BaseModel):
    """What one is made of, or replaced by as a whole."""

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
    state: ProductState = ProductState.NEW
    labels: list[ProductLabels] = Field(default_factory=list)
    about: str
    details: Json
    more: Json | None = None
    opens_at: LocalTime | None = time(9, 30)
    lasts: Duration
    seen_at: Moment = Field(default_factory=lambda: datetime.now(UTC))
    seen_on: date = Field(default_factory=lambda: datetime.now(UTC).date())
    code: UUID = Field(default_factory=uuid4)


class ProductChange(BaseModel):
    """What is sent to change one: what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    name: Annotated[str, Field(min_length=1, max_length=80)] = LEFT_OUT
    sku: Annotated[str, Field(min_length=3, max_length=20)] = LEFT_OUT
    price: Annotated[JsonDecimal, Field(ge=0)] = LEFT_OUT
    stock: Int64 = LEFT_OUT
    weight: float | None = LEFT_OUT
    active: bool = LEFT_OUT
    released_on: date = LEFT_OUT
    sold_at: Moment = LEFT_OUT
    batch: UUID = LEFT_OUT
    contact: EmailStr = LEFT_OUT
    site: HttpUrl = LEFT_OUT
    tags: Annotated[list[TagsItem], Field(max_length=5)] = LEFT_OUT
    state: ProductState = LEFT_OUT
    labels: list[ProductLabels] = LEFT_OUT
    about: str = LEFT_OUT
    details: Json = LEFT_OUT
    more: Json | None = LEFT_OUT
    opens_at: LocalTime | None = LEFT_OUT
    lasts: Duration = LEFT_OUT
    seen_at: Moment = LEFT_OUT
    seen_on: date = LEFT_OUT
    code: UUID = LEFT_OUT


class ProductView(BaseModel):
    """One as it is kept."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    created_at: datetime
    updated_at: datetime
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
    state: ProductState
    labels: list[ProductLabels]
    about: str
    details: Json
    more: Json | None
    opens_at: LocalTime | None
    lasts: timedelta
    seen_at: datetime
    seen_on: date
    code: UUID


class ProductQuery(Paging):
    """What a list may be asked for; `after` is the `next` of the page before."""

    sort: Literal["created_at", "-created_at"] = "created_at"


class ProductPage(BaseModel):
    """Some of them, and the cursor of the next page, if there is more."""

    items: list[ProductView]
    next: str | None
