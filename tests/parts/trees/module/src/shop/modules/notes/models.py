"""The table `notes`."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from ...database import Base, UtcDateTime


class Note(Base):
    """One row; what must be true of its values is said in `schemas`."""

    __tablename__ = "notes"

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
