"""The heartbeat of a runner: keeps its leases, sweeps up after dead processes, prunes (S2, S13)."""

import logging
from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from time import monotonic
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from ..database import Database
from ..settings import Settings
from . import sweep
from .execution import Observer
from .models import State
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
        """Prepare; the first beat sweeps nothing."""
        self._owner, self._settings, self._database = owner, settings, database
        self._registry, self._observe = registry, observe
        self._last_beat = self._last_prune = float("-inf")

    def keep(self, active: Collection[UUID]) -> None:
        """Extend the leases of the `active` runs, and clean up, unless that was done just now."""
        lease, since = self._settings.lease_seconds, monotonic() - self._last_beat
        if since < lease / 4:
            return
        now, swept = datetime.now(UTC), Counter[tuple[str, State]]()
        with self._database.transaction() as session:
            until = now + timedelta(seconds=lease)
            sweep.extend_leases(session, self._owner, active, until)
            # After a stall, ours or of the database for all, the leases of others look ended:
            # everybody first gets time to extend them, then anybody sweeps.
            if since < lease / 2:
                swept = sweep.sweep(session, self._registry, now)
            if monotonic() - self._last_prune > PRUNE_EVERY_SECONDS:
                done = sweep.prune(session, now, self._settings)
                self._last_prune = monotonic() if done else self._last_prune
        self._last_beat = monotonic()
        for (name, state), count in swept.items():
            logger.warning("found cut off: %s runs of %s, now %s", count, name, state)
            for _ in range(count):
                self._observe(self._registry[name].kind, name, state, None)

    def end(self) -> None:
        """Mark what still runs as interrupted and give its leases up."""
        try:
            with self._database.transaction() as session:
                cut_off = sweep.interrupt(session, self._owner, datetime.now(UTC))
        except SQLAlchemyError:
            logger.exception("interrupted runs cannot be marked; a sweep will find them")
            return
        for run in cut_off:
            logger.warning("cut off by the shutdown: run %s of %s", run.id, run.name)
            self._observe(run.kind, run.name, State.INTERRUPTED, None)
