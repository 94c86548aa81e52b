"""Each process has a runner: it claims runs, watches timeouts, and drains (T2, T6, S2, S10)."""

import logging
import os
import socket
import threading
from datetime import UTC, datetime
from time import monotonic
from uuid import uuid4

from .attempt import Process
from .clock import WallClock
from .execution import Observer
from .heartbeat import Heartbeat
from .host import Database, Settings, in_thread, wait_for
from .intake import Intake
from .overdue import Overdue
from .work import Registry

logger = logging.getLogger(__name__)

STOP_SECONDS = 3.0
"""So long the database may take at the end of a shutdown."""


class Runner:
    """Works off the ledger, `settings.runner_threads` runs at once in this process."""

    def __init__(
        self, settings: Settings, database: Database, registry: Registry, observe: Observer
    ) -> None:
        """Prepare; nothing runs before `start`."""
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self.last_pass = monotonic()
        self.wall_clock = WallClock()
        self._settings, self._database = settings, database
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._heartbeat = Heartbeat(self.owner, settings, database, registry, observe)
        process = Process(settings, database, observe, self.wake, self._stopped)
        self._intake = Intake(self.owner, process, registry, self._heartbeat)
        self._thread = threading.Thread(target=self._loop, name="runner", daemon=True)

    @property
    def running(self) -> bool:
        """Whether it was started and not yet stopped."""
        return self._thread.is_alive()

    @property
    def draining(self) -> bool:
        """Whether nothing more is accepted or begun here."""
        return self._intake.closed

    @property
    def overdue(self) -> Overdue:
        """What the last beat found that nobody gets to."""
        return self._heartbeat.overdue.found

    def start(self) -> None:
        """Start claiming."""
        self._thread.start()

    def wake(self) -> None:
        """Look at the ledger now rather than at the next poll."""
        self._wake.set()

    def stop(self) -> None:
        """Claim no more, wait for what runs up to the grace period, mark the rest interrupted.

        The database may not answer: nothing here waits for it without an end (T11).
        """
        end = monotonic() + self._settings.shutdown_grace_seconds
        self._intake.close(self._settings.shutdown_grace_seconds)
        if not self.running:
            return
        while (active := self._intake.active()) and monotonic() < end:
            active[0].join(max(0.0, end - monotonic()))
        self._stopped.set()
        self.wake()
        self._thread.join(STOP_SECONDS)
        wait_for(in_thread("marking interrupted runs", self._heartbeat.end), STOP_SECONDS)

    def _loop(self) -> None:
        while not self._stopped.is_set():
            self._wake.clear()
            pause = self._settings.poll_seconds
            try:
                pause = self._pass()
                self.last_pass = monotonic()
            except Exception as error:  # noqa: BLE001 (said once a minute, and tried again)
                message = "the ledger cannot be used; trying again"
                self._database.repeated_errors.log(logger, message, error)
                self._heartbeat.hurry()  # it may be that something was claimed all the same
            self._wake.wait(pause)

    def _pass(self) -> float:
        """Do what is to be done now; give the seconds until there may be more."""
        self.wall_clock.look()
        for attempt in self._intake.active():
            attempt.check_timeout()
        alive = [attempt.row.id for attempt in self._intake.active()]
        if self._stopped.is_set():
            return 0.0  # threads that are not waited for any more look as if they were gone
        self._heartbeat.keep(alive)
        while self._intake.take(datetime.now(UTC)):
            pass
        timeouts = [attempt.seconds_left for attempt in self._intake.active()]
        beat = self._settings.lease_seconds / 8  # twice as often as the heart beats
        return max(0.0, min(self._settings.poll_seconds, beat, *timeouts))
