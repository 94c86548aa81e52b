"""Tables of the scheduler: jobstore, scheduler processes, paused jobs (S5, S16)."""

from datetime import datetime

from sqlalchemy import Float, LargeBinary, String, Text, Unicode
from sqlalchemy.orm import Mapped, mapped_column

from ..host import Base, UtcDateTime


class StoredJob(Base):
    """A job in the jobstore, with the columns that APScheduler's SQLAlchemyJobStore needs."""

    __tablename__ = "fastforge_stored_jobs"

    id: Mapped[str] = mapped_column(Unicode(191), primary_key=True)
    next_run_time: Mapped[float | None] = mapped_column(Float(25), index=True)
    job_state: Mapped[bytes] = mapped_column(LargeBinary)


class HandledJob(Base):
    """The moment until which the due times of a job are in the ledger."""

    __tablename__ = "fastforge_handled_jobs"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    until: Mapped[datetime] = mapped_column(UtcDateTime)


class SchedulerProcess(Base):
    """A running scheduler, and the schedules that its code declares."""

    __tablename__ = "fastforge_scheduler_processes"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    started: Mapped[int] = mapped_column(default=0, server_default="0")
    """The number of its start: a later start has a higher number."""
    beats: Mapped[int] = mapped_column(default=0, server_default="0")
    """Counted up every few seconds, so others see that it lives, without comparing clocks."""
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """The time of its last beat, for people and alerts."""
    declared: Mapped[str] = mapped_column(Text)
    """JSON: the schedule of each job, by name."""


class SchedulerStart(Base):
    """Generates the numbers of starts; no number is used twice, even after its row is deleted."""

    __tablename__ = "fastforge_scheduler_starts"

    number: Mapped[int] = mapped_column(primary_key=True)

    __table_args__ = ({"sqlite_autoincrement": True},)


class PausedJob(Base):
    """A job that is paused, in every process and across restarts."""

    __tablename__ = "fastforge_paused_jobs"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    paused_at: Mapped[datetime] = mapped_column(UtcDateTime)
