"""The table `notes`."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, Date, ForeignKey, String, schema
from sqlalchemy.orm import Mapped, mapped_column

from ...database import Base, UtcDateTime
from ...database.references import OWNED


class Note(Base):
    """One row; what must be true of its values is said in `schemas`."""

    __tablename__ = "notes"
    __table_args__ = (
        schema.Index(None, "owner", "created_at"),
        schema.Index(None, "owner", "rank"),
        schema.Index(None, "colour_id", "owner"),
        schema.Index(None, "owner", "day", "id"),
        schema.UniqueConstraint("owner", "label"),
        schema.UniqueConstraint("about_id", "owner"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=lambda: datetime.now(UTC))
    updated_at: Mapped[datetime] = mapped_column(
        UtcDateTime,
        default=lambda context: context.get_current_parameters()["created_at"],
        onupdate=lambda: datetime.now(UTC),
    )
    owner: Mapped[str] = mapped_column(String(255))
    """The name of the caller that made it; no view shows it, since nobody else sees the row."""
    label: Mapped[str] = mapped_column(String(80))
    rank: Mapped[int] = mapped_column(BigInteger)
    about_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("links.id", ondelete="SET NULL", info=OWNED)
    )
    colour_id: Mapped[UUID] = mapped_column(ForeignKey("colours.id", ondelete="RESTRICT"))
    day: Mapped[date] = mapped_column(Date)
