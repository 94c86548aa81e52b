"""The table `products`."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import JSON, BigInteger, Boolean, Date, Dialect, Float, String, Text, Uuid
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


class Product(Base):
    """One row; what must be true of its values is said in `schemas`."""

    __tablename__ = "products"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    created_at: Mapped[datetime] = mapped_column(
        UtcDateTime, default=lambda: datetime.now(UTC), index=True
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
