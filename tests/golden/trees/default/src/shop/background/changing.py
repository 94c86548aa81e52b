"""Retries, dismisses or cancels the runs that match, up to MOST_AT_ONCE (T6, T9)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Select, select, union_all
from sqlalchemy.orm import Session

from . import cancelling, dead_letters
from .models import IS_DEAD, LOWER_STATE, UNFINISHED, Run, State

MOST_AT_ONCE = 1000
"""One request changes so many, because other writers wait meanwhile."""

Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Changed:
    """How many runs were changed, and whether more match: then send it again."""

    changed: int
    more: bool


def retry(session: Session, *which: Condition) -> Changed:
    """Give each dead letter that matches one more attempt, the oldest first."""
    ids, more = _lock(session, which)
    dead_letters.retry(session, ids, datetime.now(UTC))
    return Changed(len(ids), more)


def dismiss(session: Session, *which: Condition) -> Changed:
    """Remove each dead letter that matches from the list, the oldest first."""
    ids, more = _lock(session, which)
    dead_letters.dismiss(session, ids, datetime.now(UTC))
    return Changed(len(ids), more)


def cancel(session: Session, *which: Condition) -> Changed:
    """Cancel each run that matches and has not ended."""
    unended = select(Run.id).where(UNFINISHED, *which)
    cut_off = select(Run.id).where(IS_DEAD, LOWER_STATE == State.INTERRUPTED, *which)
    ids, more = _first(session, union_all(unended, cut_off).limit(MOST_AT_ONCE + 1))
    return Changed(len(cancelling.cancel_many(session, ids, datetime.now(UTC))), more)


def _lock(session: Session, which: Collection[Condition]) -> tuple[Collection[UUID], bool]:
    dead = select(Run.id).where(IS_DEAD, *which).order_by(Run.finished_at)
    oldest = dead.limit(MOST_AT_ONCE + 1)
    return _first(session, oldest.with_for_update(skip_locked=True))


def _first(
    session: Session, runs: Select[UUID] | CompoundSelect[UUID]
) -> tuple[Collection[UUID], bool]:
    """Return the ids of so many, and tell whether there are more."""
    ids = session.scalars(runs).all()
    return ids[:MOST_AT_ONCE], len(ids) > MOST_AT_ONCE
