"""Counts what ended in each minute.

A minute is counted once, when it has been over for LATE: what commits later is left out. A run that
an operator retries ends twice, and each end counts.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, delete, func, select, union_all
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from .host import lock_ledger
from .minutes import (
    ENDS,
    KEPT,
    KNOWN,
    MINUTE,
    MINUTES,
    MOST_READ,
    RUN,
    Counted,
    beginning,
    first_uncounted,
    is_ahead,
)
from .models import ENDED, State

LATE, STEP = timedelta(minutes=1), timedelta(hours=1)


def roll_up(session: Session, now: datetime) -> bool:
    """Count the ends of minutes that are over, oldest first; tell whether these were the last.

    The newest minute that is counted has a row of succeeded runs, if need be with zero runs.
    """
    lock_ledger(session.connection())  # of two processes, the second finds nothing to count
    session.execute(delete(MINUTES).where(KNOWN.minute < beginning(now - KEPT)))
    start, last = first_uncounted(session, now), beginning(now - LATE)
    if session.scalar(select(KNOWN.minute).where(is_ahead(now)).limit(1)) is not None:
        # Else nothing would be counted until that time has come.
        session.execute(delete(MINUTES).where(KNOWN.minute >= start))
    start = _first_with_ends(session, start, last)
    end = min(last, start + STEP)
    while end - start > MINUTE and _is_much(session, start, end):
        end = beginning(start + (end - start) / 2)
    if _add(session, _is_between(start, end)) or end < last:
        zeros = dict.fromkeys(("runs", "seconds", "longest"), 0)
        newest = insert(MINUTES).values(minute=end - MINUTE, state=State.SUCCEEDED, **zeros)
        session.execute(newest.on_conflict_do_nothing())
    return end >= last


def add_now(session: Session, which: ColumnElement[bool], now: datetime) -> None:
    """Count the ends of runs that are about to go on, unless they are counted already."""
    lock_ledger(session.connection())
    _add(session, and_(which, RUN.finished_at >= first_uncounted(session, now)))


def _add(session: Session, which: ColumnElement[bool]) -> bool:
    """Add the ends of runs to their minutes; tell whether there are any."""
    ends = insert(MINUTES).from_select(Counted._fields, ENDS.where(which))
    old, new = KNOWN, ends.excluded
    longest = case((new.longest > old.longest, new.longest), else_=old.longest)
    sums = {"runs": old.runs + new.runs, "seconds": old.seconds + new.seconds, "longest": longest}
    both = ends.on_conflict_do_update(index_elements=["minute", "state"], set_=sums)
    return bool(session.scalars(both.returning(old.minute)).all())


def _first_with_ends(session: Session, start: datetime, end: datetime) -> datetime:
    """Return the first minute in which a run ended, `end` if there is none."""
    # An index leads to the first of each state.
    of_state = (select(func.min(RUN.finished_at)).where(RUN.state == state) for state in ENDED)
    between = RUN.finished_at >= start, RUN.finished_at < end
    firsts = session.scalars(union_all(*(first.where(*between) for first in of_state)))
    return beginning(min((first for first in firsts if first is not None), default=end))


def _is_between(start: datetime, end: datetime) -> ColumnElement[bool]:
    return and_(RUN.state.in_(ENDED), RUN.finished_at >= start, RUN.finished_at < end)


def _is_much(session: Session, start: datetime, end: datetime) -> bool:
    ended = select(RUN.id).where(_is_between(start, end)).offset(MOST_READ).limit(1)
    return session.scalar(ended) is not None
