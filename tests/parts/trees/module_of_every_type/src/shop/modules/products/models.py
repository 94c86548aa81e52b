"""The table `products`."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    Dialect,
    Enum,
    Float,
    Interval,
    String,
    Text,
    Time,
    Uuid,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from ...database import Base, UtcDateTime


class ExactDecimal(TypeDecorator[Decimal]):
    """A Decimal as text: SQLite would keep a float of it. Compare and sum it in Python."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """Keep every digit."""
        del dialect
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """Give every digit back."""
        del dialect
        return None if value is None else Decimal(value)

    def compare_values(self, x: object, y: object) -> bool:
        """Tell 1.0 from 1.00, which are equal in Python: a change must be written."""
        return repr(x) == repr(y)


class AnyJson(JSON):
    """Any JSON value, as it was sent."""

    def compare_values(self, x: object, y: object) -> bool:
        """Tell 1 from true and from 1.0, which are equal in Python: a change must be written."""
        return repr(x) == repr(y)


@compiles(AnyJson, "sqlite")
def _as_text(*_: object, **__: object) -> str:
    return "TEXT"  # in a column of any other type, SQLite would round a number


class ProductState(StrEnum):
    """What `state` may be."""

    NEW = "new"
    ACTIVE = "active"
    GONE = "gone"


class ProductLabels(StrEnum):
    """What `labels` may be."""

    CHEAP = "cheap"
    HEAVY = "heavy"


def _one_of(values: type[StrEnum], name: str) -> Enum:
    """Keep one of these values as text; a check constraint refuses any other.

    A migration that changes them drops the constraint and makes it anew: autogenerate does not.
    """
    return Enum(
        values,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=30,
        values_callable=list,
    )


class Product(Base):
    """One row; what must be true of its values is said in `schemas`."""

    __tablename__ = "products"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    created_at: Mapped[datetime] = mapped_column(
        UtcDateTime, default=lambda: datetime.now(UTC), index=True
    )
    updated_at: Mapped[datetime] = mapped_column(
        UtcDateTime,
        default=lambda context: context.get_current_parameters()["created_at"],
        onupdate=lambda: datetime.now(UTC),
    )
    name: Mapped[str] = mapped_column(String(80))
    sku: Mapped[str] = mapped_column(String(20), unique=True)
    price: Mapped[Decimal] = mapped_column(ExactDecimal, index=True)
    stock: Mapped[int] = mapped_column(BigInteger)
    weight: Mapped[float | None] = mapped_column(Float)
    active: Mapped[bool] = mapped_column(Boolean)
    released_on: Mapped[date] = mapped_column(Date)
    sold_at: Mapped[datetime] = mapped_column(UtcDateTime)
    batch: Mapped[UUID] = mapped_column(Uuid)
    contact: Mapped[str] = mapped_column(String(254))
    site: Mapped[str] = mapped_column(Text)
    tags: Mapped[list[str]] = mapped_column(JSON)
    state: Mapped[ProductState] = mapped_column(_one_of(ProductState, "state"))
    labels: Mapped[list[str]] = mapped_column(JSON)
    about: Mapped[str] = mapped_column(Text)
    details: Mapped[Any] = mapped_column(AnyJson(none_as_null=True))
    more: Mapped[Any | None] = mapped_column(AnyJson(none_as_null=True))
    opens_at: Mapped[time | None] = mapped_column(Time)
    lasts: Mapped[timedelta] = mapped_column(Interval, index=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_on: Mapped[date] = mapped_column(Date)
    code: Mapped[UUID] = mapped_column(Uuid, unique=True)
