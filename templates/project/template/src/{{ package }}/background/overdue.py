"""Finds overdue work: queued for too long, or still in its slot after its timeout (S22)."""

import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from .models import LOWER_STATE, UNFINISHED, Run, State

logger = logging.getLogger(__name__)

MOST_COUNTED = 1000


@dataclass(frozen=True)
class Overdue:
    """The number of runs by name: `queued` for too long, or `held`: ended, but still in a slot."""

    queued: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        """List what is overdue, by name and count; an empty text if nothing is."""
        parts = {"queued for too long": self.queued, "slots held past their timeout": self.held}
        return "; ".join(
            f"{what}: {', '.join(f'{name} {counts[name]}' for name in sorted(counts))}"
            for what, counts in parts.items()
            if counts
        )


def find(session: Session, now: datetime, longest_seconds: float) -> Overdue:
    """Count overdue runs, up to MOST_COUNTED of each kind."""
    until = now - timedelta(seconds=longest_seconds)
    waiting = select(Run.name).where(UNFINISHED, LOWER_STATE == State.QUEUED)
    waiting = waiting.where(Run.available_at < until)
    queued = waiting.where(Run.held_by.is_(None)).order_by(Run.available_at).limit(MOST_COUNTED)
    return Overdue(Counter(session.scalars(queued)), held(session))


def held(session: Session) -> Counter[str]:
    """Count by name the slots of runs that have ended, such as timed out ones."""
    over = select(Run.name).where(Run.held_by > "", Run.state != State.RUNNING)
    return Counter(session.scalars(over.limit(MOST_COUNTED)))


class Watch:
    """Keeps the latest result, and logs when the names in it change."""

    def __init__(self) -> None:
        """Start with nothing overdue."""
        self.found = Overdue()

    def note(self, found: Overdue) -> None:
        """Store a result."""
        before, self.found = self.found, found
        if (found.queued.keys(), found.held.keys()) == (before.queued.keys(), before.held.keys()):
            return
        if str(found):
            logger.warning("%s", found)
        else:
            logger.info("nothing is overdue any more")
