"""Wakes the runner when another process queues runs, which would else wait for the next poll."""

import logging
from collections.abc import Callable
from threading import Event, Thread

from .host import Database, watch

logger = logging.getLogger(__name__)

RETRY_SECONDS = 1.0


class Watcher:
    """Watches the database, in a thread of its own."""

    def __init__(self, database: Database, wake: Callable[[], None]) -> None:
        """Prepare; `wake` is called when runs were queued, and sometimes without need."""
        self._database, self._wake = database, wake
        self._stopped = Event()

    def start(self) -> None:
        """Start to watch."""
        Thread(target=self._loop, name="watcher", daemon=True).start()

    def stop(self) -> None:
        """Watch no more; the thread ends within a moment, and nobody need wait for it."""
        self._stopped.set()

    def _loop(self) -> None:
        while not self._stopped.is_set():
            try:
                for changed in watch(self._database.engine, self._stopped):
                    if changed:
                        self._wake()
            except Exception as error:  # noqa: BLE001 (logged once a minute, then retried)
                message = "queued runs are noticed at the next poll only; trying again"
                self._database.repeated_errors.log(logger, message, error)
                self._stopped.wait(RETRY_SECONDS)
