"""Claims runs for a process, within the limit of each job and task (S1, T2).

The statements are made once: to make one takes longer than to execute it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, bindparam, exists, select, update
from sqlalchemy.orm import Session

from .host import lock_ledger
from .models import RUNS, RunnerProcess, State

# GROUP BY or IS NOT NULL would make SQLite read all runs.
SLOTS = select(RUNS.c.name).where(RUNS.c.held_by > "")
WAITING = and_(
    RUNS.c.state == State.QUEUED,
    RUNS.c.available_at <= bindparam("now"),
    RUNS.c.held_by.is_(None),
    RUNS.c.name.in_(bindparam("names")),
)
IS_WAITING = select(exists().where(WAITING))
DUE = (
    select(*(RUNS.c[name] for name in ("id", "kind", "name", "attempt", "due_at", "payload")))
    .where(WAITING, exists().where(RunnerProcess.id == bindparam("owner")))
    .order_by(RUNS.c.available_at)
    .limit(bindparam("slots"))
    .with_for_update(skip_locked=True)
)
TAKE = (
    update(RUNS)
    .where(RUNS.c.id.in_(bindparam("ids")))
    .values(state=State.RUNNING, attempt=RUNS.c.attempt + 1, started_at=bindparam("now"))
    .values(owner=bindparam("me"), held_by=bindparam("me"), error=None)
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A run that a process has claimed: what it needs to know of it."""

    id: UUID
    kind: str
    name: str
    attempt: int
    due_at: datetime
    payload: str | None
    owner: str


def slots_in_use(session: Session) -> Counter[str]:
    """Count the runs that occupy a slot, by name, over all processes."""
    return Counter(session.scalars(SLOTS))


def is_waiting(session: Session, limits: Mapping[str, int | None], now: datetime) -> bool:
    """Tell whether a run waits that may be claimed: a look without a lock."""
    return bool(session.scalar(IS_WAITING, {"now": now, "names": list(limits)}))


def claim(
    session: Session, limits: Mapping[str, int | None], now: datetime, *, owner: str, slots: int
) -> list[Claimed]:
    """Claim up to `slots` runs for `owner`, oldest first, and record their start.

    `limits` has the names that this process knows, each with its limit over all processes. A
    process without a row, which others think dead, gets no runs until its next beat. Commit before
    you call a function: if the answer to the commit is lost, none was called (T10).
    """
    lock_ledger(session.connection())  # no other process may claim between count and update
    me = {"now": now, "owner": owner, "slots": slots}
    due = session.execute(DUE, me | {"names": list(limits)}).all()
    used: Counter[str] = Counter()
    if any(limits[run.name] is not None for run in due):  # else nothing needs to be counted
        used = slots_in_use(session)
        free = [name for name, limit in limits.items() if limit is None or used[name] < limit]
        due = session.execute(DUE, me | {"names": free}).all()
    claimed: list[Claimed] = []
    for run_id, kind, name, attempt, due_at, payload in due:
        limit = limits[name]
        if limit is None or used[name] < limit:
            used[name] += 1
            claimed.append(Claimed(run_id, kind, name, attempt + 1, due_at, payload, owner))
    if claimed:
        session.execute(TAKE, {"ids": [run.id for run in claimed], "now": now, "me": owner})
    return claimed
