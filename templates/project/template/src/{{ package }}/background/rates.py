"""Rate limits: how many runs of a task start in a time, over all processes.

The window slides: in any minute no more than 100 attempts start, not only from full minute to full
minute. Each start of such a task has a row, for as long as it counts.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from .host import Base, UtcDateTime

WINDOWS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}


class Start(Base):
    """The start of an attempt of a task that has a rate limit."""

    __tablename__ = "fastforge_starts"

    run_id: Mapped[UUID] = mapped_column(primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_fastforge_starts_rate", "name", "started_at"),)


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` starts in any time as long as `window`."""

    count: int
    window: timedelta

    @classmethod
    def parse(cls, text: str) -> "Rate":
        """Read a text such as "100/minute"; raises ValueError."""
        count, _, unit = text.partition("/")
        if unit not in WINDOWS or not count.isdecimal() or int(count) == 0:
            message = f"a rate limit is such as 100/minute, in {', '.join(WINDOWS)}: {text!r}"
            raise ValueError(message)
        return cls(int(count), WINDOWS[unit])
