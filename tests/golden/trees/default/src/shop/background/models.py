"""The run ledger: one row for each run of a job or task, with its state (S13, T6, T9)."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Double, Enum, Index, String, Text, TextClause, func, text
from sqlalchemy.orm import Mapped, mapped_column

from .host import Base, UtcDateTime


class State(StrEnum):
    """The state of a run; all but the first three are final unless an operator retries it."""

    SCHEDULED = "scheduled"
    """Queued for later; it becomes queued at `available_at`."""
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
    CANCELLED = "cancelled"
    """Somebody stopped it before it had succeeded; no dead letter."""


DEAD_LETTERS = (State.FAILED, State.TIMED_OUT, State.INTERRUPTED, State.LOST)
"""States that an operator has to look at."""
WAITING = (State.SCHEDULED, State.QUEUED)
ENDED = tuple(state for state in State if state not in {*WAITING, State.RUNNING})
UNFINISHED = text("finished_at IS NULL")
"""True for the runs that wait or run. An index of these few rows stays small."""
IS_SCHEDULED, IS_QUEUED = text("state = 'scheduled'"), text("state = 'queued'")
IS_HELD, FINISHED = text("held_by IS NOT NULL"), text("finished_at IS NOT NULL")
IS_DEAD = text(
    "lower(state) IN ('failed', 'timed_out', 'interrupted', 'lost') AND dismissed_at IS NULL"
)
"""True for dead letters. Without `lower`, SQLite reads all that failed by the index of states."""


def only(condition: TextClause) -> dict[str, Any]:
    """Return the options of an index of some rows; a query must have the very same condition.

    For IS NOT NULL, a comparison such as `>` will do.
    """
    return {"postgresql_where": condition, "sqlite_where": condition}


HEAD_START_SECONDS = 3600.0
"""A point of priority is worth so long a wait. So no run waits for ever behind urgent ones."""


def place(available_at: datetime, priority: int) -> float:
    """Return the place of a run in the queue; the lowest starts first."""
    return available_at.timestamp() - priority * HEAD_START_SECONDS


class Run(Base):
    """One run. While `held_by` is set, it occupies a slot of its name, in any state."""

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
    traceback: Mapped[str | None] = mapped_column(Text)
    """Of the newest attempt, if its function raised an exception."""
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
    priority: Mapped[int] = mapped_column(default=0, server_default="0")
    place: Mapped[float] = mapped_column(Double, default=0, server_default="0")
    """Its place in the queue, the lowest first: see `place`."""
    concurrency_key: Mapped[str | None] = mapped_column(String(400))
    """Of the runs that have the same, one runs at a time."""
    cancel_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    progress: Mapped[str | None] = mapped_column(Text)
    result: Mapped[str | None] = mapped_column(Text)
    batch_id: Mapped[UUID | None]
    """The batch that it is a part of."""
    follows_id: Mapped[UUID | None]
    """The batch after whose end it was queued; it has the same id."""
    traceparent: Mapped[str | None] = mapped_column(String(55))
    """The span of the request or run that queued it, in services that send traces."""

    __table_args__ = (
        # Few have the state as a column, because each start and each end changes it.
        Index("ix_fastforge_runs_claim", "available_at", **only(UNFINISHED)),  # a look, overdue
        Index("ix_fastforge_runs_place", "name", "place", **only(IS_QUEUED)),  # claim
        Index("ix_fastforge_runs_scheduled", "state", "available_at", **only(IS_SCHEDULED)),
        Index("ix_fastforge_runs_batch", "batch_id", "state", **only(text("batch_id IS NOT NULL"))),
        Index("ix_fastforge_runs_state", "state", "due_at", "id"),  # lists of all runs
        Index("ix_fastforge_runs_held_by", "held_by", **only(IS_HELD)),  # slots in use, dead owners
        Index("ix_fastforge_runs_history", "name", "due_at"),  # a page of runs
        Index("ix_fastforge_runs_ended", "state", "finished_at", **only(FINISHED)),  # prune, count
        Index("ix_fastforge_runs_dead", "finished_at", **only(IS_DEAD)),
    )


RUNS = Run.metadata.tables[Run.__tablename__]
"""For statements that are executed for each run: without the ORM they take half the time."""
LOWER_STATE = func.lower(Run.state, type_=Run.state.type)
"""The same as the state, for a condition that the index of states must not serve."""
