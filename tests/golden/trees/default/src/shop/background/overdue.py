"""Work that nobody gets to: queued for too long, or its slot held past its timeout (S22)."""

import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from .models import Run, State

logger = logging.getLogger(__name__)

MOST_COUNTED = 1000


@dataclass(frozen=True)
class Overdue:
    """How many runs of each name: `queued` for too long, or over but still holding a slot."""

    queued: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        """Say what is wrong, by name and count; nothing when all is well."""
        parts = {"queued for too long": self.queued, "slots held past their timeout": self.held}
        return "; ".join(
            f"{what}: {', '.join(f'{name} {counts[name]}' for name in sorted(counts))}"
            for what, counts in parts.items()
            if counts
        )


def find(session: Session, now: datetime, longest_seconds: float) -> Overdue:
    """Count them, up to a thousand of each kind."""
    until = now - timedelta(seconds=longest_seconds)
    waiting = select(Run.name).where(Run.state == State.QUEUED, Run.available_at < until)
    queued = waiting.where(Run.held_by.is_(None)).limit(MOST_COUNTED)
    return Overdue(Counter(session.scalars(queued)), held(session))


def held(session: Session) -> Counter[str]:
    """Count the slots that are taken by runs which are over, such as timed out, by name."""
    over = select(Run.name).where(Run.held_by > "", Run.state != State.RUNNING)
    return Counter(session.scalars(over.limit(MOST_COUNTED)))


class Watch:
    """Remembers what was found last, and logs when other names are concerned than before."""

    def __init__(self) -> None:
        """Nothing is known to be wrong."""
        self.found = Overdue()

    def note(self, found: Overdue) -> None:
        """Take over what was found."""
        before, self.found = self.found, found
        if (found.queued.keys(), found.held.keys()) == (before.queued.keys(), before.held.keys()):
            return
        if str(found):
            logger.warning("%s", found)
        else:
            logger.info("nothing waits for too long any more")
