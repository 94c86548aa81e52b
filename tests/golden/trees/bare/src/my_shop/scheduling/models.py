"""Tables of the scheduler: APScheduler's jobstore, who runs which code, who is paused (S5, S16)."""

from datetime import datetime

from sqlalchemy import Float, LargeBinary, String, Text, Unicode
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base, UtcDateTime


class JobRow:
    """The columns that APScheduler's SQLAlchemyJobStore wants."""

    id: Mapped[str] = mapped_column(Unicode(191), primary_key=True)
    next_run_time: Mapped[float | None] = mapped_column(Float(25), index=True)
    job_state: Mapped[bytes] = mapped_column(LargeBinary)


class StoredJob(JobRow, Base):
    """A job of the code."""

    __tablename__ = "apscheduler_jobs"


class RuntimeJob(JobRow, Base):
    """A job that was added while the service ran; reconcile leaves these alone."""

    __tablename__ = "apscheduler_runtime_jobs"


class SchedulerProcess(Base):
    """A running scheduler: when it last looked at the store, and what its code declares."""

    __tablename__ = "scheduler_processes"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    declared: Mapped[str] = mapped_column(Text)
    """JSON: the schedule of each job, by name."""


class PausedJob(Base):
    """A job that is paused, in every process and across restarts."""

    __tablename__ = "paused_jobs"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    paused_at: Mapped[datetime] = mapped_column(UtcDateTime)
