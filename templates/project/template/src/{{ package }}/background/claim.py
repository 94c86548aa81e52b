"""Claims: which runs a process may start now, within the limits of each name (S1, T2)."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from ..engine import lock_ledger
from .models import Run, State


def slots_in_use(session: Session, now: datetime) -> Counter[str]:
    """Count the leases that are held, by name, over all processes."""
    held = select(Run.name).where(Run.lease_until > now)  # GROUP BY would make SQLite read all runs
    return Counter(session.scalars(held))


def claim(  # noqa: PLR0913
    session: Session,
    limits: Mapping[str, int | None],
    now: datetime,
    *,
    owner: str,
    slots: int,
    lease: timedelta,
) -> list[Run]:
    """Take up to `slots` runs that may start now, oldest first, and lease them to `owner`.

    `limits` has the names this process knows, each with how many may run at once anywhere.
    """
    lock_ledger(session.connection())  # who counts the slots and who takes them must not be two
    used = slots_in_use(session, now)
    free = {name: limit is None or used[name] < limit for name, limit in limits.items()}
    due = (
        select(Run)
        .where(Run.state == State.QUEUED, Run.available_at <= now)
        .where(Run.name.in_([name for name in free if free[name]]))
        .where(or_(Run.lease_until.is_(None), Run.lease_until <= now))
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
            started = this.values(
                state=State.RUNNING,
                started_at=now,
                error=None,
                attempt=run.attempt + 1,
                owner=owner,
                lease_until=now + lease,
            )
            claimed.extend(session.scalars(started.returning(Run)))
    return claimed
