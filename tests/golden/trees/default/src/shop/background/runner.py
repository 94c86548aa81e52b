"""The runner of a process: claims runs, checks timeouts, drains at shutdown (T2, T6, S2, S10)."""

import logging
import os
import socket
import threading
from time import monotonic
from uuid import uuid4

from .attempt import Process
from .cancelling import CancelWatch
from .clock import WallClock
from .control import write_progress
from .dead_letters import DeadLetters, OnDeadLetter, log
from .execution import Observer
from .heartbeat import Heartbeat
from .host import Database, Settings, in_thread, wait_for
from .housekeeping import Housekeeping
from .intake import Intake
from .overdue import Overdue
from .threads import Threads
from .work import Registry

logger = logging.getLogger(__name__)

STOP_SECONDS = 3.0
"""The database gets so long at the end of a shutdown."""


class Runner:
    """Runs what is queued, up to `settings.runner_threads` runs at once in this process."""

    def __init__(  # noqa: PLR0913, PLR0917
        self,
        settings: Settings,
        database: Database,
        registry: Registry,
        observe: Observer,
        on_dead_letter: OnDeadLetter = log,
        threads: Threads | None = None,
    ) -> None:
        """Prepare; `start` begins to run, by default in `settings.runner_threads` threads."""
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self.last_pass, self.wall_clock = monotonic(), WallClock()
        self._settings, self._database = settings, database
        self._wake, self._stopped = threading.Event(), threading.Event()
        self._cancels = CancelWatch(self.owner, database)
        letters = DeadLetters(settings, on_dead_letter)
        threads = Threads(settings.runner_threads) if threads is None else threads
        kind = threads.engine, threads.number
        self._heartbeat = Heartbeat(self.owner, database, registry, observe, letters, kind)
        process = Process(settings, database, observe, self.wake, self._stopped, letters)
        self._housekeeping = Housekeeping(database, settings)
        self.intake = Intake(self.owner, process, registry, self._heartbeat, threads)
        self._thread = threading.Thread(target=self._loop, name="runner", daemon=True)

    @property
    def running(self) -> bool:
        """Whether it was started and not yet stopped."""
        return self._thread.is_alive()

    @property
    def draining(self) -> bool:
        """Whether this process shuts down: it accepts and starts nothing more."""
        return self.intake.closed

    @property
    def overdue(self) -> Overdue:
        """The overdue work that the last beat found."""
        return self._heartbeat.overdue.found

    def start(self) -> None:
        """Start claiming."""
        self._thread.start()

    def wake(self) -> None:
        """Check the ledger now, not only at the next poll."""
        self._wake.set()

    def stop(self) -> None:
        """Claim no more, wait for running work up to the grace period, mark the rest interrupted.

        All waits are limited, because the database may not answer (T11).
        """
        end = monotonic() + self._settings.shutdown_grace_seconds
        self.intake.close(self._settings.shutdown_grace_seconds)
        if not self.running:
            return
        self.intake.idle.wait(max(0.0, end - monotonic()))
        self._stopped.set()
        self.wake()
        self._thread.join(STOP_SECONDS)
        wait_for(in_thread("marking interrupted runs", self._leave), STOP_SECONDS)

    def _leave(self) -> None:
        self.intake.record_ends()
        self._heartbeat.leave()

    def _loop(self) -> None:
        while not self._stopped.is_set():
            self._wake.clear()
            pause = self._settings.poll_seconds
            try:
                pause = self._pass()
                self.last_pass = monotonic()
            except Exception as error:  # noqa: BLE001 (logged once a minute, then retried)
                message = "the ledger cannot be used; trying again"
                self._database.repeated_errors.log(logger, message, error)
                self._heartbeat.beat_soon()  # the failed transaction may have claimed runs
            self._wake.wait(pause)

    def _pass(self) -> float:
        """Do one pass; return the seconds until the next."""
        self.wall_clock.check()
        for attempt in self.intake.active():
            attempt.check_timeout()
        look = self._cancels.check({each.row.id: each.control for each in self.intake.active()})
        more = self.intake.turn()  # before the beat, which takes longer than a run should wait
        write_progress(self._database, [(each.row, each.control) for each in self.intake.active()])
        if self._stopped.is_set():
            return 0.0  # this process leaves: a beat would sweep what it marks as interrupted
        beaten = self._heartbeat.beat_if_due([each.row.id for each in self.intake.active()])
        chore = self._housekeeping.step()
        if beaten or more:
            return 0.0  # there may be more: a beat queues runs again, and the first allows claims
        timeouts = [attempt.seconds_left for attempt in self.intake.active()]
        beat = self._settings.lease_seconds / 8  # twice as often as a beat is due
        return max(0.0, min(self._settings.poll_seconds, beat, look, chore, *timeouts))
