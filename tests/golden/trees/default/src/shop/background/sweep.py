"""Cleans the ledger: runs of dead processes, runs that never began (S2, T6).

It never changes a run that a living process is working on.
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from . import history, rates
from .cancelling import to_be_counted, unless_asked
from .models import Run, State, place
from .work import Registry


def abandoned(gone: Collection[str], owner: str, active: Collection[UUID]) -> ColumnElement[bool]:
    """Match runs held by a process of `gone`, or by `owner` without a living thread."""
    return or_(Run.held_by.in_(gone), and_(Run.held_by == owner, Run.id.not_in(active)))


def requeue_unbegun(
    session: Session, gone: Collection[str], owner: str, never_begun: Collection[UUID]
) -> Counter[str]:
    """Queue again what was claimed and never began, and do not count the attempt (T10).

    `owner` did not call the functions of `never_begun`, even if others have recorded such a run as
    lost since. A process of an older version records the start after the claim: while a run has no
    `started_at`, it never began. Returns the number of runs by name.
    """
    unstarted = and_(Run.held_by.in_([*gone, owner]), Run.started_at.is_(None))
    mine = and_(Run.id.in_(never_begun), Run.owner == owner)
    unbegun = or_(
        and_(Run.state == State.RUNNING, or_(unstarted, mine)), and_(Run.state == State.LOST, mine)
    )
    claimed = select(Run.id).where(unbegun).with_for_update(skip_locked=True)
    unheld = {"started_at": None, "held_by": None, "error": None}
    ended = {"state": unless_asked(State.QUEUED), "finished_at": Run.cancel_asked_at}
    queued = unheld | ended | {"attempt": Run.attempt - 1}
    again = update(Run).where(Run.id.in_(claimed)).values(queued)
    found = session.execute(again.returning(Run.id, Run.kind, Run.name, Run.state)).all()
    rates.give_back(session, [run.id for run in found])
    to_be_counted(session, ((run.kind, run.name, run.state) for run in found))
    return Counter(run.name for run in found)


def sweep(
    session: Session, registry: Registry, now: datetime, left: ColumnElement[bool]
) -> Counter[tuple[str, State]]:
    """Queue cut-off runs of idempotent work again, record the others as lost; count them.

    Who was asked to stop is cancelled. A run is cut off if it is running but `left` matches it (see
    `abandoned`), or if a shutdown interrupted it. A run that has ended only releases its slot.
    """
    over = select(Run.id).where(left, Run.state != State.RUNNING).with_for_update(skip_locked=True)
    session.execute(update(Run).where(Run.id.in_(over)).values(held_by=None))
    died = and_(Run.state == State.RUNNING, left)
    dead = or_(died, and_(Run.state == State.INTERRUPTED, Run.dismissed_at.is_(None)))
    cut_off = session.scalars(select(Run).where(dead).with_for_update(skip_locked=True))
    done: Counter[tuple[str, State]] = Counter()
    known = [run for run in cut_off if run.name in registry]
    wanted = [run for run in known if run.cancel_asked_at is None]
    again = {run.id for run in wanted if registry[run.name].may_repeat(run.attempt)}
    if again:
        history.keep(session, Run.id.in_(again), now, State.INTERRUPTED)
    for run in known:
        repeat = run.id in again
        if not repeat:
            run.error = f"{run.error or history.CUT_OFF}; it is unknown how far it came"
        given_up = State.LOST if run.cancel_asked_at is None else State.CANCELLED
        run.state = State.QUEUED if repeat else given_up
        run.available_at = now if repeat else run.available_at
        run.place = place(run.available_at, run.priority)
        run.finished_at = None if repeat else now
        run.held_by = None
        done[run.name, run.state] += 1
    return done


def interrupt(session: Session, owner: str, now: datetime) -> list[Run]:
    """Mark the running runs of `owner` as interrupted, release their slots, return them.

    Who was asked to stop is cancelled.
    """
    mine = update(Run).where(Run.held_by == owner)
    session.execute(mine.where(Run.state != State.RUNNING).values(held_by=None))
    end = {"state": unless_asked(State.INTERRUPTED), "finished_at": now, "held_by": None}
    cut = mine.where(Run.state == State.RUNNING).values(**end, error="cut off by a shutdown")
    return list(session.scalars(cut.returning(Run)))
