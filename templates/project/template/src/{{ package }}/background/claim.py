"""Claims runs for a process, by priority and within all limits (S1, T2)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from . import rates
from .candidates import candidates
from .host import lock_ledger
from .models import RUNS, State
from .work import Work

# GROUP BY or IS NOT NULL would make SQLite read all runs.
SLOTS = select(RUNS.c.name, RUNS.c.concurrency_key).where(RUNS.c.held_by > "")
# Somebody may have cancelled it just now, or holds its row. Without the function, SQLite would look
# for the ids in all that are queued.
IS_QUEUED = func.lower(RUNS.c.state) == State.QUEUED.value
FREE = select(RUNS.c.id).where(RUNS.c.id.in_(bindparam("ids")), IS_QUEUED)
TAKE = (
    update(RUNS)
    .where(RUNS.c.id.in_(FREE.with_for_update(skip_locked=True)))
    .values(state=State.RUNNING, attempt=RUNS.c.attempt + 1, started_at=bindparam("now"))
    .values(owner=bindparam("me"), held_by=bindparam("me"), error=None, progress=None)
    .returning(RUNS.c.id)
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
    batch_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """How many runs of a name may run at once and start in a time, over all processes."""

    at_once: int | None = None
    rate: rates.Rate | None = None

    @classmethod
    def of(cls, work: Work) -> "Limit":
        """Return the limit of a job or task."""
        return cls(work.limit, work.rate)


Limits = Mapping[str, Limit]


def slots_in_use(session: Session) -> Counter[str]:
    """Count the runs that occupy a slot, by name, over all processes."""
    return Counter(session.scalars(SLOTS))


def claim(
    session: Session, limits: Limits, now: datetime | None = None, *, owner: str, slots: int
) -> list[Claimed]:
    """Claim up to `slots` runs for `owner`, by their place, and record their start.

    `limits` has the names that this process knows. A process without a row, which others think
    dead, gets no runs until its next beat. Commit before you call a function: if the answer to the
    commit is lost, none was called (T10).
    """
    lock_ledger(session.connection())  # no other process may claim between count and update
    now = now or datetime.now(UTC)  # not the time before the lock: a rate limit counts starts
    held = session.execute(SLOTS).all()
    used = Counter(name for name, _ in held)
    keys = {key for _, key in held if key is not None}
    free = {
        name: slots if limit.at_once is None else min(slots, limit.at_once - used[name])
        for name, limit in limits.items()
    }
    rated = {name: limit.rate for name, limit in limits.items() if limit.rate is not None}
    for name, rate in rated.items():
        free[name] = min(free[name], rates.left(session, name, rate, now))
    found = candidates(session, free, keys, now, owner=owner, slots=slots)
    chosen = []
    for run in found:
        if run.concurrency_key not in keys:
            chosen.append(run)
            keys |= {run.concurrency_key} - {None}
    chosen = chosen[:slots]
    if not chosen:
        return []
    taken = set(session.scalars(TAKE, {"ids": [run.id for run in chosen], "now": now, "me": owner}))
    claimed = [
        Claimed(
            run.id,
            run.kind,
            run.name,
            run.attempt + 1,
            run.due_at,
            run.payload,
            owner,
            run.batch_id,
        )
        for run in chosen
        if run.id in taken
    ]
    for name in rated.keys() & {run.name for run in claimed}:
        started = [(run.id, run.attempt) for run in claimed if run.name == name]
        rates.record(session, name, started, now)
    return claimed
