"""Sends turns to the broker, as many as there are runs that can start and have none (T2, T11).

This is the only sender, and it repairs what was lost: it compares the ledger with the broker when
something was queued, and every `poll_seconds`. No transaction of a request waits for the broker.
"""

import logging
from datetime import UTC, datetime
from threading import Event, Thread
from time import monotonic
from typing import Protocol

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from ..claim import Limit, choose
from ..host import Database, Settings, watch
from ..work import Registry

logger = logging.getLogger(__name__)

MOST_READY = 200
"""So many messages at most wait in the broker. A worker uses one for many runs."""
LEADER = 4_711_022
"""The advisory lock of the process that sends at once; the others look only every `poll_seconds`.

If each process sent at once, a run would have a message of each."""
RETRY_SECONDS = 1.0
STOP_SECONDS = 3.0


class Engine(Protocol):
    """What the relay needs of a broker; both raise an exception if it cannot be reached."""

    def ready(self) -> int:
        """Return how many messages wait for a worker, without those in the hands of one."""
        raise NotImplementedError

    def send(self, count: int) -> None:
        """Send `count` messages."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the connections; called in the thread that called the others."""
        raise NotImplementedError


class Relay:
    """Compares the ledger with the broker, in a thread of its own."""

    def __init__(
        self, settings: Settings, database: Database, registry: Registry, engine: Engine
    ) -> None:
        """Prepare; `start` begins to send."""
        self.problem = ""
        """Why the broker got nothing at the last look."""
        self.last_pass = monotonic()
        self._settings, self._database, self._engine = settings, database, engine
        self._limits = {name: Limit.of(work) for name, work in registry.items()}
        self._stopped = Event()
        self._thread = Thread(target=self._loop, name="relay", daemon=True)

    @property
    def running(self) -> bool:
        """Whether it was started and not yet stopped."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Start to send."""
        self._thread.start()

    def stop(self) -> None:
        """Send no more; wait up to STOP_SECONDS for the thread, which closes its connections."""
        self._stopped.set()
        if self.running:
            self._thread.join(STOP_SECONDS)

    def _loop(self) -> None:
        while not self._stopped.is_set():
            try:
                engine = self._database.engine
                with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as own:
                    own.detach()  # from the pool, whose connections are for others
                    self._watch(own)
            except Exception as error:  # noqa: BLE001 (logged once a minute, then retried)
                message = "the ledger cannot be read; no worker is told of new runs"
                self._database.repeated_errors.log(logger, message, error)
                self._stopped.wait(RETRY_SECONDS)
        self._engine.close()

    def _watch(self, own: Connection) -> None:
        leads, next_look = False, monotonic()
        for queued in watch(self._database.engine, self._stopped):
            if monotonic() >= next_look:
                leads = leads or bool(own.scalar(select(func.pg_try_advisory_lock(LEADER))))
            elif not (queued and leads):
                continue
            self._look(own)
            self.last_pass = monotonic()
            next_look = self.last_pass + self._settings.poll_seconds

    def _look(self, own: Connection) -> None:
        with Session(own) as session:  # each statement alone, which takes less time
            now = datetime.now(UTC)
            startable = choose(session, self._limits, now, owner=None, slots=MOST_READY)
        try:
            missing = len(startable) - self._engine.ready()
            if missing > 0:
                self._engine.send(missing)
            self.problem = ""
        except Exception as error:  # noqa: BLE001 (each library has its own)
            self.problem = "the broker cannot be reached"
            self._database.repeated_errors.log(logger, f"{self.problem}; runs wait", error)
