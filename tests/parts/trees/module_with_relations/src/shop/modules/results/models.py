"""The table `results`."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, ForeignKey, String, schema
from sqlalchemy.orm import Mapped, mapped_column

from ...database import Base, UtcDateTime


class Result(Base):
    """One row; what must be true of its values is said in `schemas`."""

    __tablename__ = "results"
    __table_args__ = (schema.Index(None, "status", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    created_at: Mapped[datetime] = mapped_column(
        UtcDateTime, default=lambda: datetime.now(UTC), index=True
    )
    updated_at: Mapped[datetime] = mapped_column(
        UtcDateTime,
        default=lambda context: context.get_current_parameters()["created_at"],
        onupdate=lambda: datetime.now(UTC),
    )
    link_id: Mapped[UUID] = mapped_column(ForeignKey("links.id", ondelete="CASCADE"), index=True)
    status: Mapped[int] = mapped_column(BigInteger)
    label: Mapped[str] = mapped_column(String(80), index=True)
    found: Mapped[datetime] = mapped_column(UtcDateTime)
