"""Which runs old batches still need, and the end of those batches (S13)."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, or_, select
from sqlalchemy.orm import Session, aliased

from .batches import Batch
from .models import Run

PRUNED_AT_ONCE = 1000
Follower = aliased(Run)


def spares() -> ColumnElement[bool]:
    """Match runs without a batch, or whose batch is over and the run that follows it, too."""
    follows = exists().where(Follower.id == Batch.id, Follower.finished_at.is_(None))
    needs = or_(Batch.ended_at.is_(None), follows), Batch.only_after_success.is_(False)
    return ~exists().where(Batch.id == Run.batch_id, *needs)


def prune(session: Session, until: datetime, keys_until: datetime) -> None:
    """Delete up to PRUNED_AT_ONCE batches that have no run, and whose key has expired."""
    has_runs = exists().where(or_(Run.batch_id == Batch.id, Run.id == Batch.id))
    keyless = or_(Batch.unique_key.is_(None), Batch.created_at < keys_until)
    old = select(Batch.id).where(Batch.created_at <= until, keyless, ~has_runs)
    unlocked = old.limit(PRUNED_AT_ONCE).with_for_update(skip_locked=True)
    session.execute(delete(Batch).where(Batch.id.in_(unlocked)))
