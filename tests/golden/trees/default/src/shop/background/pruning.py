"""Deletes old runs and batches (S13)."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, or_, select
from sqlalchemy.orm import Session, aliased

from . import history
from .batches import Batch
from .host import Settings
from .models import Run

PRUNED_AT_ONCE = 1000
Follower = aliased(Run)


def prune(session: Session, now: datetime, settings: Settings) -> bool:
    """Delete finished runs that are too old or too many; tell whether none is left to delete.

    It deletes PRUNED_AT_ONCE at most, because writers wait meanwhile. A run with a unique key stays
    until the key expires: without its row, the same request would run again.
    """
    until = now - timedelta(days=settings.run_retention_days)
    newest_first = select(Run.finished_at).where(Run.finished_at.is_not(None))
    first_over = newest_first.order_by(Run.finished_at.desc()).offset(settings.run_retention_rows)
    until = max(until, session.scalar(first_over.limit(1)) or until)
    keys_until = now - timedelta(hours=settings.idempotency_key_hours)
    keyless = or_(Run.unique_key.is_(None), Run.created_at < keys_until)
    over = Run.held_by.is_(None), _spares()
    old = select(Run.id).where(Run.finished_at <= until, keyless, *over)
    unlocked = old.limit(PRUNED_AT_ONCE).with_for_update(skip_locked=True)
    gone = session.scalars(delete(Run).where(Run.id.in_(unlocked)).returning(Run.id)).all()
    history.forget(session, gone)
    _prune_batches(session, until, keys_until)
    return len(gone) < PRUNED_AT_ONCE


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
