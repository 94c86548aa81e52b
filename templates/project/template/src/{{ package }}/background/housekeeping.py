"""What a runner does for all, now and then: counts what ended, deletes old runs."""

from datetime import UTC, datetime
from math import inf
from time import monotonic

from sqlalchemy.orm import Session

from . import batches, pruning
from .host import Database, Settings
from .roll_up import roll_up

COUNT_EVERY_SECONDS, PRUNE_EVERY_SECONDS = 60, 3600
STEP_SECONDS = 0.25
"""Between two steps runs are claimed, and other processes write."""


class Housekeeping:
    """Counts before it deletes, so that what is deleted is counted."""

    def __init__(self, database: Database, settings: Settings) -> None:
        """Prepare; all is due at the first time."""
        self._database, self._settings = database, settings
        self._chores = ((self._count, COUNT_EVERY_SECONDS), (self._prune, PRUNE_EVERY_SECONDS))
        self._done_at = dict.fromkeys((chore for chore, _ in self._chores), -inf)
        self._next_step = -inf

    def step(self) -> float:
        """Do a step of what is due, in a transaction; return the seconds until the next one.

        Nothing is done before STEP_SECONDS have passed.
        """
        wait = self._next_step - monotonic()
        if wait > 0:
            return wait
        for chore, every in self._chores:
            if monotonic() - self._done_at[chore] <= every:
                continue
            with self._database.transaction() as session:
                done = chore(session, datetime.now(UTC))
            if done:
                self._done_at[chore] = monotonic()
            self._next_step = monotonic() + STEP_SECONDS
            return STEP_SECONDS
        return inf

    def _count(self, session: Session, now: datetime) -> bool:
        return roll_up(session, now)

    def _prune(self, session: Session, now: datetime) -> bool:
        batches.end(session, batches.UNENDED, now)
        return pruning.prune(session, now, self._settings)
