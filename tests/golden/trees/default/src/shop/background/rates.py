"""Rate limits: how many runs of a task start in a time, over all processes.

The window slides: in any minute no more than 100 attempts start, not only from full minute to full
minute. Each start of such a task has a row, for as long as it counts.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Index, String, delete, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from .host import Base, UtcDateTime
from .models import Run

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


def left(session: Session, name: str, rate: Rate, now: datetime) -> int:
    """Return how many more may start now, by the clock of this process; forget old starts."""
    old = Start.started_at <= now - rate.window
    session.execute(delete(Start).where(Start.name == name, old))
    return rate.count - started(session, name, rate, now)


def started(session: Session, name: str, rate: Rate, now: datetime) -> int:
    """Count the starts in the window that ends now."""
    # If the clock was set back, starts of the time to come are not counted.
    window = Start.started_at.between(now - rate.window, now + rate.window)
    return session.scalar(select(func.count()).where(Start.name == name, window)) or 0


def record(session: Session, name: str, started: Sequence[tuple[UUID, int]], now: datetime) -> None:
    """Record starts of a name, each by the id and attempt of its run."""
    values = {"name": name, "started_at": now}
    rows = [{"run_id": run_id, "attempt": attempt, **values} for run_id, attempt in started]
    session.execute(insert(Start), rows)


def give_back(session: Session, run_ids: Collection[UUID]) -> None:
    """Do not count the newest start of runs that were claimed and never began."""
    if run_ids:
        attempt = select(Run.attempt).where(Run.id == Start.run_id).scalar_subquery()
        unbegun = Start.run_id.in_(run_ids), Start.attempt > attempt
        session.execute(delete(Start).where(*unbegun))
