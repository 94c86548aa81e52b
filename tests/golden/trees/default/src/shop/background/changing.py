"""Retries, dismisses or cancels the runs that match, up to MOST_AT_ONCE (T6, T9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
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
    found = _lock(session, *which)
    dead_letters.retry(session, found[:MOST_AT_ONCE], datetime.now(UTC))
    return _changed(found)


def dismiss(session: Session, *which: Condition) -> Changed:
    """Remove each dead letter that matches from the list, the oldest first."""
    found = _lock(session, *which)
    dead_letters.dismiss(session, found[:MOST_AT_ONCE], datetime.now(UTC))
    return _changed(found)


def cancel(session: Session, *which: Condition) -> Changed:
    """Cancel each run that matches and has not ended, the first in time first."""
    unended = select(Run.id).where(UNFINISHED, *which).order_by(Run.available_at)
    cut_off = select(Run.id).where(IS_DEAD, LOWER_STATE == State.INTERRUPTED, *which)
    found = [*_first(session, unended), *_first(session, cut_off.order_by(Run.finished_at))]
    ended = cancelling.cancel_many(session, found[:MOST_AT_ONCE], datetime.now(UTC))
    return Changed(len(ended), len(found) > MOST_AT_ONCE)


def _lock(session: Session, *which: Condition) -> Sequence[UUID]:
    oldest = select(Run.id).where(IS_DEAD, *which).order_by(Run.finished_at)
    return _first(session, oldest.with_for_update(skip_locked=True))


def _first(session: Session, runs: Select[UUID]) -> Sequence[UUID]:
    """Return the ids of so many, and one more if there are more."""
    return session.scalars(runs.limit(MOST_AT_ONCE + 1)).all()


def _changed(found: Sequence[UUID]) -> Changed:
    return Changed(min(len(found), MOST_AT_ONCE), len(found) > MOST_AT_ONCE)
