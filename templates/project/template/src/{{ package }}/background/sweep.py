"""Upkeep of the ledger: keep leases alive, find runs whose process is gone, prune (S2, S13, T6).

Only runs whose lease has ended are touched: a sibling's running work is never taken.
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from ..settings import Settings
from .models import DEAD_LETTERS, Run, State
from .work import Registry

PRUNED_AT_ONCE = 1000


def extend_leases(session: Session, owner: str, active: Collection[UUID], until: datetime) -> None:
    """Extend the leases that `owner` still holds of the runs whose threads live."""
    held = update(Run).where(Run.owner == owner, Run.lease_until.is_not(None))
    session.execute(held.where(Run.id.in_(active)).values(lease_until=until))


def sweep(session: Session, registry: Registry, now: datetime) -> Counter[tuple[str, State]]:
    """Queue cut-off runs of idempotent work again and call the others lost; count what was done.

    Cut off is: running under a lease that has ended, or interrupted by a shutdown.
    """
    died = and_(Run.state == State.RUNNING, Run.lease_until <= now)
    dead = or_(died, and_(Run.state == State.INTERRUPTED, Run.dismissed_at.is_(None)))
    cut_off = session.scalars(select(Run).where(dead).with_for_update(skip_locked=True))
    done: Counter[tuple[str, State]] = Counter()
    for run in [run for run in cut_off if run.name in registry]:
        repeat = registry[run.name].may_repeat(run.attempt)
        if not repeat:
            run.error = f"{run.error or 'its process died'}; nobody knows how far it came"
        run.state = State.QUEUED if repeat else State.LOST
        run.available_at = now if repeat else run.available_at
        run.finished_at = None if repeat else now
        run.lease_until = None
        done[run.name, run.state] += 1
    return done


def interrupt(session: Session, owner: str, now: datetime) -> list[Run]:
    """Mark what `owner` still runs as interrupted and give the leases up; give them."""
    mine = update(Run).where(Run.owner == owner, Run.lease_until.is_not(None))
    session.execute(mine.where(Run.state != State.RUNNING).values(lease_until=None))
    end = {"state": State.INTERRUPTED, "finished_at": now, "lease_until": None}
    cut = mine.where(Run.state == State.RUNNING).values(**end, error="cut off by a shutdown")
    return list(session.scalars(cut.returning(Run)))


def prune(session: Session, now: datetime, settings: Settings) -> bool:
    """Delete finished runs by age, and all but the newest by number; tell whether that is all.

    Many are left for the next time: nobody can write while they go. A unique key stays while the
    same may be asked again: without its row it would run twice.
    """
    until = now - timedelta(days=settings.run_retention_days)
    newest_first = select(Run.finished_at).where(Run.finished_at.is_not(None))
    first_over = newest_first.order_by(Run.finished_at.desc()).offset(settings.run_retention_rows)
    until = max(until, session.scalar(first_over.limit(1)) or until)
    keys_until = now - timedelta(hours=settings.idempotency_key_hours)
    keyless = or_(Run.unique_key.is_(None), Run.created_at < keys_until)
    unheld = or_(Run.lease_until.is_(None), Run.lease_until <= now)
    old = select(Run.id).where(Run.finished_at <= until, keyless, unheld).limit(PRUNED_AT_ONCE)
    ours = old.with_for_update(skip_locked=True)
    gone = session.scalars(delete(Run).where(Run.id.in_(ours)).returning(Run.id)).all()
    return len(gone) < PRUNED_AT_ONCE


def unfinished(session: Session) -> Counter[tuple[str, State]]:
    """Count the runs that wait, run, or failed for good, by name and state."""
    states = [State.QUEUED, State.RUNNING, *DEAD_LETTERS]
    shown = select(Run.name, Run.state, func.count()).where(Run.state.in_(states))
    rows = session.execute(shown.where(Run.dismissed_at.is_(None)).group_by(Run.name, Run.state))
    return Counter({(name, state): number for name, state, number in rows})
