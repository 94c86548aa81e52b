"""Records ends of runs, and what follows from them, in one transaction.

What follows: batches end, and the service is told of dead letters.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import batches, beats, settling, sweep
from .claim import Claimed
from .dead_letters import FOR_GOOD, DeadLetters
from .host import notify
from .models import Run, State
from .outcomes import Outcome


def record(
    session: Session,
    ended: Sequence[tuple[Claimed, Outcome]],
    now: datetime,
    letters: DeadLetters,
    *,
    release: bool = True,
) -> dict[UUID, State]:
    """Record the ends of attempts, as `settling.settle` does."""
    dead = {run.id for run, outcome in ended if outcome.state in FOR_GOOD}
    dead -= letters.told(session, dead)
    recorded = settling.settle(session, ended, now, release=release)
    letters.tell(session, dead & recorded.keys())
    batches.end(session, (run.batch_id for run, _ in ended), now)
    return recorded


def follow_sweep(
    session: Session, swept: Counter[tuple[str, State]], now: datetime, letters: DeadLetters
) -> None:
    """Do what follows after a sweep at the time `now`, which queued runs and ended others."""
    if any(state is State.LOST for _, state in swept):
        lost = select(Run.id).where(Run.finished_at == now, Run.state == State.LOST)
        letters.tell(session, session.scalars(lost).all())
    batches.end(session, batches.UNENDED, now)
    notify(session.connection())


def leave(session: Session, owner: str, never_begun: Collection[UUID], now: datetime) -> list[Run]:
    """Queue again what `owner` has not begun, mark the rest as interrupted and return it."""
    sweep.requeue_unbegun(session, [], owner, never_begun)
    cut_off = sweep.interrupt(session, owner, now)
    batches.end(session, batches.UNENDED, now)  # some may have been cancelled
    beats.leave(session, owner)
    notify(session.connection())
    return cut_off
