"""Counts runs in the ledger, for the gauges."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from . import overdue, rates
from .models import DEAD_LETTERS, WAITING, Run, State
from .work import Registry

Counts = Counter[tuple[str, State]]
FAILURES = (State.FAILED, State.TIMED_OUT, State.LOST, State.MISSED)
FAILED_WITHIN = timedelta(hours=1)
"""A failure is shown, and its alert is on, for so long."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The runs of a name that wait: those that could start, and for how long; and the others."""

    now: int = 0
    seconds: float = 0
    later: int = 0


@dataclass(frozen=True, slots=True)
class Counted:
    """What there is at one moment, by name."""

    waiting: Mapping[str, Waiting]
    standing: Counts
    failures: Counts
    held: Counter[str]

    @classmethod
    def of(cls, session: Session, registry: Registry) -> "Counted":
        """Count the runs of the names in `registry`."""
        now = datetime.now(UTC)
        waits, failed = waiting(session, registry, now), failures(session, now)
        return cls(waits, standing(session), failed, overdue.held(session))


def waiting(session: Session, registry: Registry, now: datetime) -> dict[str, Waiting]:
    """Count what waits. While a rate limit is reached, nothing of its task could start."""
    found = {name: Waiting() for name in registry}
    could_start = func.count().filter(Run.available_at <= now)
    counted = select(Run.name, could_start, func.count(), func.min(Run.available_at))
    waits = counted.where(Run.finished_at.is_(None), Run.state.in_(WAITING)).group_by(Run.name)
    for name, count, total, first in session.execute(waits):
        rate = registry[name].rate if name in registry else None
        if rate is not None and rates.started(session, name, rate, now) >= rate.count:
            found[name] = Waiting(later=total)
        else:
            found[name] = Waiting(count, max(0, (now - first).total_seconds()), total - count)
    return found


def standing(session: Session) -> Counts:
    """Count the runs that are running or failed for good, by name and state."""
    states = [State.RUNNING, *DEAD_LETTERS]
    shown = select(Run.name, Run.state, func.count()).where(Run.state.in_(states))
    rows = session.execute(shown.where(Run.dismissed_at.is_(None)).group_by(Run.name, Run.state))
    return Counter({(name, state): number for name, state, number in rows})


def failures(session: Session, now: datetime) -> Counts:
    """Count the failures of the last hour, and the due times that a row counts in `earlier`."""
    shown = select(Run.name, Run.state, func.sum(1 + Run.earlier))
    bad = shown.where(Run.finished_at > now - FAILED_WITHIN, Run.state.in_(FAILURES))
    rows = session.execute(bad.where(Run.dismissed_at.is_(None)).group_by(Run.name, Run.state))
    return Counter({(name, state): number for name, state, number in rows})
