"""Claims runs for a process, by priority and within all limits (S1, T2)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from uuid import UUID

from sqlalchemy import bindparam, select, text, type_coerce, update
from sqlalchemy.orm import Session
from sqlalchemy.types import NULLTYPE

from . import rates
from .candidates import candidates
from .host import lock_ledger, one_of
from .models import IS_HELD, RUNS, State
from .work import Work

SLOTS = select(RUNS.c.name, RUNS.c.concurrency_key).where(IS_HELD)
# Somebody may have cancelled it just now, or holds its row. Without the function, SQLite would look
# for the ids in all that are queued.
IS_QUEUED = text("lower(state) = 'queued'")
ID = type_coerce(RUNS.c.id, NULLTYPE)
FREE = select(RUNS.c.id).where(one_of(ID, "ids"), IS_QUEUED)
NEEDED = ("id", "kind", "name", "attempt", "due_at", "payload", "owner", "batch_id", "place")
TAKE = (
    update(RUNS)
    .where(RUNS.c.id.in_(FREE.with_for_update(skip_locked=True)))
    .values(state=State.RUNNING, attempt=RUNS.c.attempt + 1, started_at=bindparam("now"))
    .values(owner=bindparam("me"), held_by=bindparam("me"))
    .values(error=None, traceback=None, progress=None)
    .returning(*(RUNS.c[name] for name in NEEDED))
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
    place: float = 0


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
    chosen = choose(session, limits, now, owner=owner, slots=slots)
    if not chosen:
        return []
    taken = session.execute(TAKE, {"ids": chosen, "now": now, "me": owner})
    claimed = sorted((Claimed(*run) for run in taken), key=attrgetter("place"))
    for name in {run.name for run in claimed if limits[run.name].rate is not None}:
        started = [(run.id, run.attempt) for run in claimed if run.name == name]
        rates.record(session, name, started, now)
    return claimed


def choose(
    session: Session, limits: Limits, now: datetime, *, owner: str | None, slots: int
) -> list[UUID]:
    """Return the ids of the runs that may start now, up to `slots`, by their place.

    Without an `owner` it only says what a process could claim.
    """
    held = session.execute(SLOTS).all()
    keys = {key for _, key in held if key is not None}
    free = _free(session, limits, Counter(name for name, _ in held), now, slots)
    found = candidates(session.connection(), free, keys, now, owner=owner, slots=slots)
    chosen = []
    for run in found:
        if run.concurrency_key not in keys:
            chosen.append(run.id)
            keys |= {run.concurrency_key} - {None}
    return chosen[:slots]


def _free(
    session: Session, limits: Limits, used: Counter[str], now: datetime, slots: int
) -> dict[str, int]:
    """Return how many runs of each name may start."""
    free = dict.fromkeys(limits, slots)
    for name, limit in limits.items():
        if limit.at_once is not None:
            free[name] = min(free[name], limit.at_once - used[name])
        if limit.rate is not None:
            free[name] = min(free[name], rates.left(session, name, limit.rate, now))
    return free
