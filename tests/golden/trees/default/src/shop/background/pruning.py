"""Deletes old runs and batches (S13)."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from . import history
from .batches import Batch
from .host import Settings
from .models import ENDED, Run, State

PRUNED_AT_ONCE = 1000
Follower, Newer = aliased(Run), aliased(Run)


def prune(session: Session, now: datetime, settings: Settings) -> bool:
    """Delete finished runs that are too old, or too many of one state; tell whether none is left.

    It deletes PRUNED_AT_ONCE at most, because writers wait meanwhile. A run with a unique key stays
    until the key expires: without its row, the same request would run again.
    """
    keys_until = now - timedelta(hours=settings.idempotency_key_hours)
    ends = {state: _until(session, state, now, settings) for state in ENDED}
    left = PRUNED_AT_ONCE
    for state, until in ends.items():
        keyless = or_(Run.unique_key.is_(None), Run.created_at < keys_until)
        over = Run.held_by.is_(None), _spares(), _is_no_last_success(state)
        old = select(Run.id).where(Run.state == state, Run.finished_at <= until, keyless, *over)
        unlocked = old.limit(left).with_for_update(skip_locked=True)
        gone = session.scalars(delete(Run).where(Run.id.in_(unlocked)).returning(Run.id)).all()
        if gone:
            history.forget(session, gone)
            left -= len(gone)
    _prune_batches(session, max(ends.values()), keys_until)
    return left > 0


def _until(session: Session, state: State, now: datetime, settings: Settings) -> datetime:
    """Return the end before which runs of a state are too old, or too many."""
    days = settings.run_retention_days
    if state is State.SUCCEEDED:
        days = min(days, settings.success_retention_days)
    until = now - timedelta(days=days)
    newer = select(Run.finished_at).where(Run.state == state, Run.finished_at > until)
    first_over = newer.order_by(Run.finished_at.desc()).offset(settings.run_retention_rows)
    return session.scalar(first_over.limit(1)) or until


def _is_no_last_success(state: State) -> ColumnElement[bool]:
    """Match all but the last good run of each job, which says whether the job works."""
    if state is not State.SUCCEEDED:
        return true()
    # The order, and the function, lead a database to the index of the job's own runs.
    newer = select(Newer.id).where(Newer.name == Run.name, Newer.due_at > Run.due_at)
    good = newer.where(func.lower(Newer.state) == state).order_by(Newer.due_at).limit(1)
    return or_(Run.kind != "job", good.scalar_subquery().is_not(None))


def _spares() -> ColumnElement[bool]:
    """Match runs without a batch, or whose batch is over and the run that follows it, too."""
    follows = exists().where(Follower.id == Batch.id, Follower.finished_at.is_(None))
    needs = or_(Batch.ended_at.is_(None), follows), Batch.only_after_success.is_(False)
    return ~exists().where(Batch.id == Run.batch_id, *needs)


def _prune_batches(session: Session, until: datetime, keys_until: datetime) -> None:
    """Delete up to PRUNED_AT_ONCE batches that have no run, and whose key has expired."""
    has_runs = exists().where(or_(Run.batch_id == Batch.id, Run.id == Batch.id))
    keyless = or_(Batch.unique_key.is_(None), Batch.created_at < keys_until)
    old = select(Batch.id).where(Batch.created_at <= until, keyless, ~has_runs)
    unlocked = old.limit(PRUNED_AT_ONCE).with_for_update(skip_locked=True)
    session.execute(delete(Batch).where(Batch.id.in_(unlocked)))
