"""Dead letters: the service is told of each, in the transaction that records it; operators act.

They give it one more attempt, or dismiss it (T9).
"""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from . import batches, history
from .host import Settings, notify
from .models import HEAD_START_SECONDS, RUNS, Run, State, place
from .queueing import Enqueue
from .roll_up import add_now

logger = logging.getLogger(__name__)

FOR_GOOD = (State.FAILED, State.TIMED_OUT, State.LOST)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A run of a job or task that failed for good."""

    run_id: UUID
    kind: str
    name: str
    state: State
    attempt: int
    error: str
    settings: Settings = field(repr=False)

    def __str__(self) -> str:
        """Say what failed, and why."""
        which = f"{self.kind} {self.name}, run {self.run_id}, attempt {self.attempt}"
        return f"{which}, is {self.state.value.replace('_', ' ')} for good: {self.error}"


OnDeadLetter = Callable[[DeadLetter, Enqueue], object]
"""Called once for each; what it queues is there exactly when the dead letter is."""


def log(dead: DeadLetter, enqueue: Enqueue) -> None:
    """Log it: for a service without a function of its own."""
    del enqueue
    logger.error("%s", dead)


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """Calls the function of the service."""

    settings: Settings
    on_dead_letter: OnDeadLetter = log

    def told(self, session: Session, ids: Collection[UUID]) -> set[UUID]:
        """Return those that are dead letters already: the service knows of them."""
        if not ids:
            return set()
        dead = select(Run.id).where(Run.id.in_(ids), Run.state.in_(FOR_GOOD))
        return set(session.scalars(dead))

    def tell(self, session: Session, ids: Collection[UUID]) -> None:
        """Call it for those that are dead letters; an error of it is logged and undoes only it."""
        if not ids:
            return
        for run in session.scalars(select(Run).where(Run.id.in_(ids), Run.state.in_(FOR_GOOD))):
            known = run.id, run.kind, run.name, run.state, run.attempt, run.error or ""
            try:
                with session.begin_nested():
                    self.on_dead_letter(DeadLetter(*known, self.settings), Enqueue.within(session))
            except Exception:
                logger.exception("on_dead_letter failed for run %s of %s", run.id, run.name)


def retry(session: Session, ids: Collection[UUID], now: datetime) -> None:
    """Give dead letters one more attempt; each waits as if it were new."""
    which = RUNS.c.id.in_(ids)
    add_now(session, which, now)
    history.keep(session, which, now)
    queued = {"state": State.QUEUED, "finished_at": None, "available_at": now}
    queued |= {"error": None, "traceback": None}
    places = place(now, 0) - RUNS.c.priority * HEAD_START_SECONDS
    session.execute(update(RUNS).where(which).values(queued | {"place": places}))
    notify(session.connection())


def dismiss(session: Session, ids: Collection[UUID], now: datetime) -> None:
    """Remove dead letters from the list; their rows stay until they are pruned."""
    dismissed = update(RUNS).where(RUNS.c.id.in_(ids)).values(dismissed_at=now)
    batches.end(session, session.scalars(dismissed.returning(RUNS.c.batch_id)).all(), now)
