"""The earlier attempts of runs; the columns of a run describe its newest attempt (S13, T9).

A row is written when an attempt has ended and its run goes on. So a run that succeeds at once has
none.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, String, Text, delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column, undefer

from .host import Base, UtcDateTime
from .models import RUNS, State

MOST_KEPT = 100
"""So many earlier attempts of a run are kept: the newest."""
CUT_OFF = "its process died"


class PastAttempt(Base):
    """An attempt that ended before its run did."""

    __tablename__ = "fastforge_attempts"

    run_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[State] = mapped_column(RUNS.c.state.type)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)
    traceback: Mapped[str | None] = mapped_column(Text, deferred=True)
    worker: Mapped[str | None] = mapped_column(String(255))
    """The process that claimed it."""


def keep(
    session: Session, which: ColumnElement[bool], now: datetime, state: State | None = None
) -> None:
    """Copy the newest attempt of each run that matches; `state` is how it ended.

    Without `state`, it is that of the run.
    """
    run = RUNS.c
    ended = select(
        run.id,
        run.attempt,
        run.state if state is None else literal(state, run.state.type),
        run.started_at,
        func.coalesce(run.finished_at, literal(now, UtcDateTime)),
        func.coalesce(run.error, CUT_OFF),
        run.traceback,
        run.owner,
    ).where(which)
    columns = list(PastAttempt.__table__.columns)
    session.execute(insert(PastAttempt).from_select(columns, ended).on_conflict_do_nothing())
    newest = select(run.attempt).where(run.id == PastAttempt.run_id).scalar_subquery()
    old = delete(PastAttempt).where(PastAttempt.run_id.in_(select(run.id).where(which)))
    session.execute(old.where(PastAttempt.number <= newest - MOST_KEPT))


def forget(session: Session, runs: Collection[UUID]) -> None:
    """Delete the attempts of runs that are deleted."""
    session.execute(delete(PastAttempt).where(PastAttempt.run_id.in_(runs)))


def past_attempts(
    session: Session, runs: Collection[UUID], *, tracebacks: bool = False
) -> Mapping[UUID, Sequence[PastAttempt]]:
    """Return the earlier attempts of each run, oldest first.

    Tracebacks are long: without `tracebacks`, each is read when somebody looks at it.
    """
    found: defaultdict[UUID, list[PastAttempt]] = defaultdict(list)
    of_runs = select(PastAttempt).where(PastAttempt.run_id.in_(runs))
    if tracebacks:
        of_runs = of_runs.options(undefer(PastAttempt.traceback))
    for attempt in session.scalars(of_runs.order_by(PastAttempt.number)):
        found[attempt.run_id].append(attempt)
    return found
