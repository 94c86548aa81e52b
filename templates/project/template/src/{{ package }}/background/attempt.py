"""One attempt of a run, in a thread of its own: call, record, give the slot back (T1, T4, S14).

The thread is a daemon on purpose: one that hangs does not hold up the exit of the process.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError

from . import ledger
from .execution import Observer, Outcome, execute, judge, timed_out
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
    """Set when the shutdown waits no longer; what still runs is recorded as interrupted."""


class Attempt(threading.Thread):
    """Runs `work` for `run`, which its process has claimed."""

    def __init__(self, run: Run, work: Work, process: Process) -> None:
        """Prepare; nothing is called before `start`."""
        super().__init__(name=f"run {run.name} {run.id}", daemon=True)
        self.row, self.work, self.process = run, work, process
        self.over = False
        self._timed_out = self._returned = False
        self._began = monotonic()

    @property
    def seconds_left(self) -> float:
        """Seconds until the timeout; infinite without one, or when it cannot come any more."""
        if self.work.timeout is None or self._timed_out or self._returned:
            return float("inf")
        return self._began + self.work.timeout.total_seconds() - monotonic()

    def run(self) -> None:
        """Call the function, whatever it does, and record how that ended."""
        row, settings, stopped = self.row, self.process.settings, self.process.stopped
        database = self.process.database
        context = RunContext(row.id, row.name, row.attempt, row.due_at, settings, database)
        try:
            with log_context(run_id=str(row.id), work=row.name):
                error = execute(self.work, context, row.payload, self._return)
                while not (self._ended(error) or stopped.wait(settings.poll_seconds)):
                    pass
        finally:
            self.over = True
            self.process.wake()

    def check_timeout(self) -> None:
        """Record a timeout that has come; the slot stays taken until the thread ends."""
        if self.seconds_left > 0:
            return
        self._timed_out = True  # before it is recorded: the thread may end at the same time
        try:
            with log_context(run_id=str(self.row.id), work=self.row.name):
                self._record(timed_out(self.work.timeout), release=False)
        except SQLAlchemyError:
            self._timed_out = False
            raise

    def _return(self) -> None:
        self._returned = True  # what the function left behind is not its timeout's matter

    def _ended(self, error: BaseException | None) -> bool:
        try:
            self._record(error, release=True)
        except SQLAlchemyError as problem:
            message = "the end of the run cannot be recorded; trying again"
            self.process.database.repeated_errors.log(logger, message, problem)
            return False
        return True

    def _record(self, error: BaseException | None, *, release: bool) -> None:
        now, row = datetime.now(UTC), self.row
        outcome = judge(self.work, row.attempt, error, now)
        with self.process.database.transaction() as session:
            settled = ledger.settle(session, row, outcome, now)
            if release:
                ledger.release(session, row)
        if settled:
            self.process.observe(row.kind, row.name, outcome.state, monotonic() - self._began)
            _log(outcome)
        elif not self._timed_out:
            logger.warning("%s, but the run is no longer ours", outcome.state)


def _log(outcome: Outcome) -> None:
    if outcome.retry_at is not None and outcome.error is not None:
        reason = " ".join(ledger.describe(outcome.error).split())
        logger.warning("to be tried again at %s: %s", outcome.retry_at, reason)
    elif outcome.error is not None:
        logger.error("%s", outcome.state, exc_info=outcome.error)
    else:
        logger.info("%s", outcome.state)
