"""Claims runs for a process, within the limit of each job and task (S1, T2)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from .host import lock_ledger
from .models import Run, RunnerProcess, State


def slots_in_use(session: Session) -> Counter[str]:
    """Count the runs that occupy a slot, by name, over all processes."""
    # GROUP BY or IS NOT NULL would make SQLite read all runs.
    return Counter(session.scalars(select(Run.name).where(Run.held_by > "")))


def claim(
    session: Session, limits: Mapping[str, int | None], now: datetime, *, owner: str, slots: int
) -> list[Run]:
    """Claim up to `slots` runs for `owner`, oldest first; call `begin` before their functions.

    `limits` has the names that this process knows, each with its limit over all processes. A
    process without a row, which others think dead, gets no runs until its next beat.
    """
    lock_ledger(session.connection())  # no other process may claim between count and update
    used = slots_in_use(session)
    free = {name: limit is None or used[name] < limit for name, limit in limits.items()}
    due = (
        select(Run)
        .where(Run.state == State.QUEUED, Run.available_at <= now, Run.held_by.is_(None))
        .where(Run.name.in_([name for name in free if free[name]]))
        .where(exists().where(RunnerProcess.id == owner))
        .order_by(Run.available_at)
        .limit(slots)
        .with_for_update(skip_locked=True)
    )
    claimed: list[Run] = []
    for run in session.scalars(due).all():
        limit = limits[run.name]
        if limit is None or used[run.name] < limit:
            used[run.name] += 1
            this = update(Run).where(Run.id == run.id, Run.state == State.QUEUED)
            taken = this.values(
                state=State.RUNNING,
                started_at=None,
                attempt=run.attempt + 1,
                owner=owner,
                held_by=owner,
            )
            claimed.extend(session.scalars(taken.returning(Run)))
    return claimed


def begin(session: Session, owner: str, claimed: Sequence[Run], now: datetime) -> list[Run]:
    """Record that claimed runs begin; return those that `owner` still holds.

    Use a second transaction: if the answer to the claim is lost, no function was called (T10).
    """
    held = update(Run).where(Run.id.in_([run.id for run in claimed]), Run.held_by == owner)
    unbegun = held.where(Run.state == State.RUNNING, Run.started_at.is_(None))
    rows = session.scalars(unbegun.values(started_at=now, error=None).returning(Run))
    begun = {run.id: run for run in rows}
    return [begun[run.id] for run in claimed if run.id in begun]
