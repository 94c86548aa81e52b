"""The run ledger: one row for each run of a job or task, with its state (S13, T6, T9)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import Enum, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from .host import Base, UtcDateTime


class State(StrEnum):
    """The state of a run; all but the first two are final unless an operator retries it."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    INTERRUPTED = "interrupted"
    """Cut off by a shutdown; the next sweep queues it again or records it as lost."""
    LOST = "lost"
    """Cut off and not repeated, because it is unknown how far it came."""
    MISSED = "missed"
    COALESCED = "coalesced"
    SKIPPED = "skipped"


DEAD_LETTERS = (State.FAILED, State.TIMED_OUT, State.INTERRUPTED, State.LOST)
"""States that an operator has to look at."""


class Run(Base):
    """One run. While `held_by` is set, it occupies a slot of its name, in any state.

    A claimed run has no `started_at` until `begin`: before that its function was not called.
    """

    __tablename__ = "fastforge_runs"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[str] = mapped_column(String(4))
    name: Mapped[str] = mapped_column(String(64))
    unique_key: Mapped[str | None] = mapped_column(String(400), unique=True)
    payload: Mapped[str | None] = mapped_column(Text)
    state: Mapped[State] = mapped_column(
        Enum(State, native_enum=False, length=16, values_callable=list)
    )
    attempt: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)
    owner: Mapped[str | None] = mapped_column(String(255))
    """The process that claimed this attempt; it stays after the end."""
    held_by: Mapped[str | None] = mapped_column(String(255))
    """The process that runs it now: the id of a `RunnerProcess`."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    earlier: Mapped[int] = mapped_column(default=0, server_default="0")
    """So many earlier due times with the same end have no row; this row counts them."""
    available_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """The earliest start: the due time plus jitter, or the end of a backoff."""
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dismissed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_fastforge_runs_claim", "state", "available_at"),  # claim, dead letters
        Index("ix_fastforge_runs_held_by", "held_by"),  # slots in use, runs of dead processes
        Index("ix_fastforge_runs_history", "name", "due_at"),  # a page of runs
        Index("ix_fastforge_runs_finished", "finished_at"),  # prune
    )


RUNS = Run.metadata.tables[Run.__tablename__]
"""For statements that are executed for each run: without the ORM they take half the time."""


class RunnerProcess(Base):
    """A process that runs work. It counts its beats, so clocks need not agree (S17)."""

    __tablename__ = "fastforge_runner_processes"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    beats: Mapped[int]
    host: Mapped[str] = mapped_column(String(255))
    pid: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """The time of its last beat by its own clock: for people only."""
