"""The heartbeat of a runner: records that it lives, and cleans up for dead processes (S2)."""

import logging
from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime
from time import monotonic
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from . import beats, clock, endings, overdue, sweep
from .dead_letters import DeadLetters
from .execution import Observer
from .host import Database, lock_ledger
from .models import State
from .peers import Peers
from .work import Registry

logger = logging.getLogger(__name__)


class Heartbeat:
    """Beats four times in each lease."""

    def __init__(  # noqa: PLR0913, PLR0917
        self,
        owner: str,
        database: Database,
        registry: Registry,
        observe: Observer,
        letters: DeadLetters,
        kind: tuple[str, int] = ("inprocess", 0),
    ) -> None:
        """Prepare; the first beat finds no dead processes."""
        self._owner, self._settings, self._database = owner, letters.settings, database
        self._registry, self._observe, self._letters = registry, observe, letters
        self._kind = kind
        self._started_at, self._count = datetime.now(UTC), 0
        self._last_beat = float("-inf")
        self._peers = Peers(letters.settings.lease_seconds)
        self._gone: set[str] = set()
        self.overdue = overdue.Watch()
        self.never_begun: set[UUID] = set()
        """Runs that this process claimed, but whose functions it certainly did not call."""

    def beat_soon(self) -> None:
        """Beat at the next `beat_if_due`, because an error left something to clean up."""
        self._last_beat = float("-inf")

    def beat_if_due(self, active: Collection[UUID]) -> bool:
        """Record a beat and clean up, if the last beat is a quarter of a lease ago; tell whether.

        `active` are the runs that have a living thread in this process.
        """
        if monotonic() - self._last_beat < self._settings.lease_seconds / 4:
            return False
        try:
            self._beat(active)
        except Exception:
            # The other processes may have failed to beat too: start to watch them again.
            self._peers = Peers(self._settings.lease_seconds)
            raise
        self._last_beat = monotonic()
        return True

    def _beat(self, active: Collection[UUID]) -> None:
        now, owner = datetime.now(UTC), self._owner
        self._count += 1
        with self._database.transaction() as session:
            lock_ledger(session.connection())
            beats.beat(session, owner, self._count, self._started_at, now, self._kind)
            silent = self._peers.silent(beats.beats_of_others(session, owner), monotonic())
            gone = beats.remove_silent(session, silent)
            unbegun = sweep.requeue_unbegun(session, gone, owner, self.never_begun)
            swept = sweep.sweep(session, self._registry, now, sweep.abandoned(gone, owner, active))
            if unbegun or swept:
                endings.follow_sweep(session, swept, now, self._letters)
            clock.correct_waits(session, now)
            found = overdue.find(session, now, self._settings.queued_too_long_seconds)
        self.never_begun.clear()
        self.overdue.note(found)
        self._log_and_observe(gone, unbegun, swept)

    def _log_and_observe(
        self, gone: set[str], unbegun: Counter[str], swept: Counter[tuple[str, State]]
    ) -> None:
        for process in gone - self._gone:
            logger.warning("process %s is gone", process)
        self._gone = gone  # a process stays gone while it holds runs of names that this code lacks
        for name, count in unbegun.items():
            logger.warning("claimed but never begun: %s runs of %s, queued again", count, name)
        for (name, state), count in swept.items():
            logger.warning("found cut off: %s runs of %s, now %s", count, name, state)
            for _ in range(count):
                self._observe(self._registry[name].kind, name, state, None)

    def leave(self) -> None:
        """Mark running runs as interrupted, queue unbegun ones again, delete the row."""
        try:
            with self._database.transaction() as session:
                cut_off = endings.leave(session, self._owner, self.never_begun, datetime.now(UTC))
        except SQLAlchemyError:
            logger.exception("interrupted runs cannot be marked; a sweep will find them")
            return
        for run in cut_off:
            logger.warning("cut off by the shutdown: run %s of %s", run.id, run.name)
            self._observe(run.kind, run.name, run.state, None)
