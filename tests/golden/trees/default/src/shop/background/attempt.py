"""One attempt of a run, in its own thread: call, record the result, release the slot (T1, T4, S14).

It is a daemon thread, so that a function that hangs does not block the exit of the process.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError

from . import ledger
from .execution import Observer, Outcome, classify, execute, timed_out
from .host import Database, Settings, log_context
from .models import Run
from .work import RunContext, Work

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Process:
    """What the attempts of one process share."""

    settings: Settings
    database: Database
    observe: Observer
    wake: Callable[[], None]
    stopped: threading.Event
    """Set at the end of the grace period; attempts that still run are recorded as interrupted."""


class Attempt(threading.Thread):
    """Runs `work` for `run`, which this process has claimed."""

    def __init__(self, run: Run, work: Work, process: Process) -> None:
        """Prepare; `start` calls the function."""
        super().__init__(name=f"run {run.name} {run.id}", daemon=True)
        self.row, self.work, self.process = run, work, process
        self.done = False
        self._timed_out = self._returned = False
        self._began = monotonic()

    @property
    def seconds_left(self) -> float:
        """Seconds until the timeout; infinite without one, or after it, or after the function."""
        if self.work.timeout is None or self._timed_out or self._returned:
            return float("inf")
        return self._began + self.work.timeout.total_seconds() - monotonic()

    def run(self) -> None:
        """Call the function and record the result; retry until it is recorded."""
        row, settings, stopped = self.row, self.process.settings, self.process.stopped
        database = self.process.database
        context = RunContext(row.id, row.name, row.attempt, row.due_at, settings, database)
        try:
            with log_context(run_id=str(row.id), work=row.name):
                error = execute(self.work, context, row.payload, self._mark_returned)
                while not (self._try_record(error) or stopped.wait(settings.poll_seconds)):
                    pass
        finally:
            self.done = True
            self.process.wake()

    def check_timeout(self) -> None:
        """Record the timeout once it is reached; the thread keeps its slot until it ends."""
        if self.seconds_left > 0:
            return
        self._timed_out = True  # set before recording: the thread may end at the same time
        try:
            with log_context(run_id=str(self.row.id), work=self.row.name):
                self._record(timed_out(self.work.timeout), release=False)
        except SQLAlchemyError:
            self._timed_out = False
            raise

    def _mark_returned(self) -> None:
        self._returned = True  # leftover tasks of the function do not count for the timeout

    def _try_record(self, error: BaseException | None) -> bool:
        try:
            self._record(error, release=True)
        except SQLAlchemyError as problem:
            message = "the end of the run cannot be recorded; trying again"
            self.process.database.repeated_errors.log(logger, message, problem)
            return False
        return True

    def _record(self, error: BaseException | None, *, release: bool) -> None:
        now, row = datetime.now(UTC), self.row
        outcome = classify(self.work, row.attempt, error, now)
        with self.process.database.transaction() as session:
            settled = ledger.settle(session, row, outcome, now)
            if release:
                ledger.release(session, row)
        if settled:
            self.process.observe(row.kind, row.name, outcome.state, monotonic() - self._began)
            _log(outcome)
        elif not self._timed_out:
            logger.warning("%s, but another process has taken over the run", outcome.state)


def _log(outcome: Outcome) -> None:
    if outcome.retry_at is not None and outcome.error is not None:
        reason = " ".join(ledger.describe(outcome.error).split())
        logger.warning("to be tried again at %s: %s", outcome.retry_at, reason)
    elif outcome.error is not None:
        logger.error("%s", outcome.state, exc_info=outcome.error)
    else:
        logger.info("%s", outcome.state)
