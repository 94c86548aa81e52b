"""The heartbeat of a runner: keeps its leases, sweeps up after dead processes, prunes (S2, S13)."""

import logging
from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from time import monotonic
from uuid import UUID

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
        settings: Settings,
        database: Database,
        registry: Registry,
        observe: Observer,
    ) -> None:
        """Prepare; the first beat sweeps nothing."""
        self._settings = settings
        self._database = database
        self._registry = registry
        self._observe = observe
        self._last_beat = self._last_prune = float("-inf")

    def keep(self, active: Collection[UUID]) -> None:
        """Extend the leases of the `active` runs, and clean up, unless that was done just now."""
        lease = timedelta(seconds=self._settings.lease_seconds)
        since = timedelta(seconds=min(monotonic() - self._last_beat, 1e6))
        if since < lease / 4:
            return
        now, swept = datetime.now(UTC), Counter[tuple[str, State]]()
        with self._database.transaction() as session:
            sweep.extend_leases(session, active, now + lease)
            # After a stall, ours or of the database for all, the leases of others look ended:
            # everybody first gets time to extend them, then anybody sweeps.
            if since < lease / 2:
                swept = sweep.sweep(session, self._registry, now)
            if monotonic() - self._last_prune > PRUNE_EVERY_SECONDS:
                sweep.prune(session, now, self._settings)
                self._last_prune = monotonic()
        self._last_beat = monotonic()
        for (name, state), count in swept.items():
            logger.warning("found cut off: %s runs of %s, now %s", count, name, state)
            for _ in range(count):
                self._observe(self._registry[name].kind, name, state, None)
