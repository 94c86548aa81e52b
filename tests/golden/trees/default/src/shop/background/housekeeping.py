"""What a runner does for all after a beat, now and then: counts what ended, deletes old runs."""

from datetime import UTC, datetime
from time import monotonic

from sqlalchemy.orm import Session

from . import batches, pruning
from .host import Database, Settings
from .roll_up import roll_up

COUNT_EVERY_SECONDS, PRUNE_EVERY_SECONDS = 60, 3600
MOST_STEPS = 10
"""So many transactions of each kind follow one beat; the next beat continues."""


class Housekeeping:
    """Counts before it deletes, so that what is deleted is counted."""

    def __init__(self, database: Database, settings: Settings) -> None:
        """Prepare; all is due at the first time."""
        self._database, self._settings = database, settings
        self._chores = ((self._count, COUNT_EVERY_SECONDS), (self._prune, PRUNE_EVERY_SECONDS))
        self._done_at = dict.fromkeys((chore for chore, _ in self._chores), float("-inf"))

    def do(self) -> None:
        """Do what is due, a part of it in each transaction."""
        for chore, every in self._chores:
            for _ in range(MOST_STEPS):
                if monotonic() - self._done_at[chore] <= every:
                    break
                with self._database.transaction() as session:
                    done = chore(session, datetime.now(UTC))
                if done:
                    self._done_at[chore] = monotonic()

    def _count(self, session: Session, now: datetime) -> bool:
        return roll_up(session, now)

    def _prune(self, session: Session, now: datetime) -> bool:
        batches.end(session, batches.UNENDED, now)
        return pruning.prune(session, now, self._settings)
