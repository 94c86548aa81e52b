"""Claims: which runs a process may start now, within the limits of each name (S1, T2)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from .host import lock_ledger
from .models import Run, RunnerProcess, State


def slots_in_use(session: Session) -> Counter[str]:
    """Count the runs that are held, by name, over all processes."""
    # GROUP BY or IS NOT NULL would make SQLite read all runs.
    return Counter(session.scalars(select(Run.name).where(Run.held_by > "")))


def claim(
    session: Session, limits: Mapping[str, int | None], now: datetime, *, owner: str, slots: int
) -> list[Run]:
    """Take up to `slots` runs that may start now, oldest first, for `owner`; then `begin` them.

    `limits` has the names this process knows, each with how many may run at once anywhere. A
    process that the others have given up gets nothing until it has beaten again.
    """
    lock_ledger(session.connection())  # who counts the slots and who takes them must not be two
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
    """Note that the functions of claimed runs are called next; give those that are still ours.

    In a transaction of its own: who does not hear how its claim ended has called nothing (T10).
    """
    ours = update(Run).where(Run.id.in_([run.id for run in claimed]), Run.held_by == owner)
    unbegun = ours.where(Run.state == State.RUNNING, Run.started_at.is_(None))
    rows = session.scalars(unbegun.values(started_at=now, error=None).returning(Run))
    begun = {run.id: run for run in rows}
    return [begun[run.id] for run in claimed if run.id in begun]
