"""Each process has a runner: it claims runs, watches timeouts, and drains (T2, T6, S2, S10)."""

import asyncio
import logging
import os
import socket
import threading
from datetime import UTC, datetime, timedelta
from time import monotonic
from uuid import UUID, uuid4

from sqlalchemy.exc import SQLAlchemyError

from ..database import Database
from ..settings import Settings
from . import sweep
from .attempt import Attempt
from .claim import claim
from .execution import Observer
from .heartbeat import Heartbeat
from .models import Run, State
from .work import Registry, RunContext

logger = logging.getLogger(__name__)


class Runner:
    """Works off the ledger, `settings.runner_threads` runs at once in this process."""

    def __init__(
        self, settings: Settings, database: Database, registry: Registry, observe: Observer
    ) -> None:
        """Prepare; nothing runs before `start`."""
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self.draining = False
        self.last_pass = monotonic()
        self.server_loop: asyncio.AbstractEventLoop | None = None
        self._settings, self._database = settings, database
        self._registry, self._observe = registry, observe
        self._lease = timedelta(seconds=settings.lease_seconds)
        self._active: dict[UUID, Attempt] = {}
        self._claiming = threading.Lock()
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._heartbeat = Heartbeat(settings, database, registry, observe)
        self._thread = threading.Thread(target=self._loop, name="runner", daemon=True)

    @property
    def running(self) -> bool:
        """Whether it was started and not yet stopped."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Start claiming."""
        self._thread.start()

    def wake(self) -> None:
        """Look at the ledger now rather than at the next poll."""
        self._wake.set()

    def stop(self) -> None:
        """Claim no more, wait for what runs up to the grace period, mark the rest interrupted."""
        with self._claiming:
            self.draining = True
        if not self.running:
            return
        end = monotonic() + self._settings.shutdown_grace_seconds
        while (active := list(self._active.values())) and monotonic() < end:
            active[0].join(max(0.0, end - monotonic()))
        self._stopped.set()
        self.wake()
        self._thread.join(self._settings.lease_seconds)
        try:
            with self._database.transaction() as session:
                cut_off = sweep.interrupt(session, self.owner, datetime.now(UTC))
        except SQLAlchemyError:
            logger.exception("interrupted runs cannot be marked; a sweep will find them")
            return
        for run in cut_off:
            logger.warning("cut off by the shutdown: run %s of %s", run.id, run.name)
            self._observe(run.kind, run.name, State.INTERRUPTED, None)

    def _loop(self) -> None:
        while not self._stopped.is_set():
            self._wake.clear()
            try:
                self._pass()
                self.last_pass = monotonic()
            except Exception:
                logger.exception("the ledger cannot be used; trying again")
            timeouts = [attempt.seconds_left for attempt in list(self._active.values())]
            self._wake.wait(max(0.0, min([self._settings.poll_seconds, *timeouts])))

    def _pass(self) -> None:
        for attempt in list(self._active.values()):
            attempt.check_timeout()
        self._heartbeat.keep(list(self._active))
        while self._claim(datetime.now(UTC)):
            pass

    def _claim(self, now: datetime) -> list[Run]:
        limits = {name: work.limit for name, work in self._registry.items()}
        with self._claiming:
            slots = self._settings.runner_threads - len(self._active)
            if self.draining or slots <= 0:
                return []
            with self._database.transaction() as session:
                claimed = claim(
                    session, limits, now, owner=self.owner, slots=slots, lease=self._lease
                )
            for run in claimed:
                self._begin(run)
        return claimed

    def _begin(self, run: Run) -> None:
        work = self._registry[run.name]
        context = RunContext(
            run.id, run.name, run.attempt, run.due_at, self._settings, self._database
        )
        attempt = Attempt(run, work, context, self._observe, given_up=self._stopped)
        attempt.server_loop = self.server_loop
        attempt.on_end = self._end
        self._active[run.id] = attempt
        attempt.start()

    def _end(self, attempt: Attempt) -> None:
        del self._active[attempt.row.id]
        self.wake()
