"""The heartbeat of a runner: says that it lives, sweeps up after dead processes, prunes (S2)."""

import logging
from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime
from time import monotonic
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from . import beats, clock, overdue, sweep
from .execution import Observer
from .host import Database, Settings, lock_ledger
from .models import State
from .peers import Peers
from .work import Registry

logger = logging.getLogger(__name__)

PRUNE_EVERY_SECONDS = 3600


class Heartbeat:
    """Beats four times in a lease, whenever `keep` finds that it is time."""

    def __init__(
        self,
        owner: str,
        settings: Settings,
        database: Database,
        registry: Registry,
        observe: Observer,
    ) -> None:
        """Prepare; the first beat finds nobody dead."""
        self._owner, self._settings, self._database = owner, settings, database
        self._registry, self._observe = registry, observe
        self._started_at, self._count = datetime.now(UTC), 0
        self._last_beat = self._last_prune = float("-inf")
        self._peers = Peers(settings.lease_seconds)
        self._gone: set[str] = set()
        self.overdue = overdue.Watch()
        self.never_begun: set[UUID] = set()
        """What this process claimed, and whose functions it knows it did not call."""

    def hurry(self) -> None:
        """Beat at the next `keep`: something went wrong that a beat may put right."""
        self._last_beat = float("-inf")

    def keep(self, active: Collection[UUID]) -> None:
        """Say that this process lives, and clean up, unless that was done just now.

        `active` are the runs that have a living thread here.
        """
        if monotonic() - self._last_beat < self._settings.lease_seconds / 4:
            return
        try:
            self._beat(active)
        except Exception:
            # Who cannot beat cannot tell whether the others could: it looks at them anew.
            self._peers = Peers(self._settings.lease_seconds)
            raise
        self._last_beat = monotonic()
        self._prune()

    def _beat(self, active: Collection[UUID]) -> None:
        now, owner = datetime.now(UTC), self._owner
        self._count += 1
        with self._database.transaction() as session:
            lock_ledger(session.connection())
            beats.beat(session, owner, self._count, self._started_at, now)
            silent = self._peers.silent(beats.of_others(session, owner), monotonic())
            gone = beats.bury(session, silent)
            unbegun = sweep.give_back(session, [*gone, owner], self.never_begun)
            swept = sweep.sweep(session, self._registry, now, sweep.nobodys(gone, owner, active))
            clock.make_up(session, now)
            found = overdue.find(session, now, self._settings.queued_too_long_seconds)
        self.never_begun.clear()
        self.overdue.note(found)
        self._tell(gone, unbegun, swept)

    def _tell(
        self, gone: set[str], unbegun: Counter[str], swept: Counter[tuple[str, State]]
    ) -> None:
        for process in gone - self._gone:
            logger.warning("process %s is gone", process)
        self._gone = gone  # again and again, while it holds what only other code knows
        for name, count in unbegun.items():
            logger.warning("claimed but never begun: %s runs of %s, queued again", count, name)
        for (name, state), count in swept.items():
            logger.warning("found cut off: %s runs of %s, now %s", count, name, state)
            for _ in range(count):
                self._observe(self._registry[name].kind, name, state, None)

    def _prune(self) -> None:
        if monotonic() - self._last_prune > PRUNE_EVERY_SECONDS:
            with self._database.transaction() as session:
                done = sweep.prune(session, datetime.now(UTC), self._settings)
            self._last_prune = monotonic() if done else self._last_prune

    def end(self) -> None:
        """Mark what still runs as interrupted, give the rest back, and leave the table."""
        try:
            with self._database.transaction() as session:
                sweep.give_back(session, [self._owner], self.never_begun)
                cut_off = sweep.interrupt(session, self._owner, datetime.now(UTC))
                beats.leave(session, self._owner)
        except SQLAlchemyError:
            logger.exception("interrupted runs cannot be marked; a sweep will find them")
            return
        for run in cut_off:
            logger.warning("cut off by the shutdown: run %s of %s", run.id, run.name)
            self._observe(run.kind, run.name, State.INTERRUPTED, None)
