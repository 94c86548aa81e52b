"""One attempt of a run: calls the function and watches its timeout (T1, T4, S14)."""

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import monotonic

from . import endings
from .claim import Claimed
from .context import RunContext
from .control import Control
from .dead_letters import DeadLetters
from .execution import Observer, execute
from .host import Database, Settings, log_context
from .models import State
from .outcomes import Outcome, classify, describe, timed_out
from .work import Work

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
    letters: DeadLetters


class Attempt:
    """Runs `work` for `run`, which this process has claimed."""

    def __init__(self, run: Claimed, work: Work, process: Process) -> None:
        """Prepare; `call` calls the function."""
        self.row, self.work, self.process = run, work, process
        self.control = Control(process.wake)
        self.outcome: Outcome | None = None
        """The result, once the function has ended."""
        self._timed_out = self._returned = False
        self._began = self._end = monotonic()

    @property
    def seconds_left(self) -> float:
        """Seconds until the timeout; infinite without one, or after it, or after the function."""
        if self.work.timeout is None or self._timed_out or self._returned or self.outcome:
            return float("inf")
        return self._began + self.work.timeout.total_seconds() - monotonic()

    def call(self) -> None:
        """Call the function and set `outcome`, which the runner records."""
        row, process = self.row, self.process
        threading.current_thread().name = f"run: {row.name} {row.id}"
        known = (row.id, row.name, row.attempt, row.due_at, process.settings, process.database)
        context = RunContext(*known, self.control)
        with self._log_context():
            error = execute(self.work, context, row.payload, self._mark_returned)
        self._end = monotonic()
        try:
            outcome = classify(self.work, row.attempt, error, datetime.now(UTC))
        except Exception as broken:  # noqa: BLE001 (such as a backoff that ends after year 9999)
            outcome = Outcome(State.FAILED, broken)
        result, progress = self.control.result, self.control.progress
        self.outcome = replace(outcome, result=result, progress=progress)

    def check_timeout(self) -> None:
        """Record the timeout once it is reached; the thread keeps its slot until it ends."""
        if self.seconds_left > 0:
            return
        now = datetime.now(UTC)
        outcome = classify(self.work, self.row.attempt, timed_out(self.work.timeout), now)
        outcome = replace(outcome, progress=self.control.progress)
        with self.process.database.transaction() as session:
            settled = endings.record(
                session, [(self.row, outcome)], now, self.process.letters, release=False
            )
        self._end = monotonic()
        self.report(outcome, settled.get(self.row.id))
        self._timed_out = True

    def report(self, outcome: Outcome, recorded: State | None) -> None:
        """Count and log a result, after this state was recorded; None if none was."""
        with self._log_context():
            if recorded:
                seconds = self._end - self._began
                self.process.observe(self.row.kind, self.row.name, recorded, seconds)
                _log(outcome, recorded)
            elif not self._timed_out:
                logger.warning("%s, but another process has taken over the run", outcome.state)

    def _log_context(self) -> AbstractContextManager[None]:
        return log_context(run_id=str(self.row.id), work=self.row.name)

    def _mark_returned(self) -> None:
        self._returned = True  # leftover tasks of the function do not count for the timeout


def _log(outcome: Outcome, recorded: State) -> None:
    if recorded is State.CANCELLED:
        logger.info("%s", recorded, exc_info=outcome.error)
    elif outcome.retry_at is not None and outcome.error is not None:
        reason = " ".join(describe(outcome.error).split())
        logger.warning("to be tried again at %s: %s", outcome.retry_at, reason)
    elif outcome.error is not None:
        logger.error("%s", outcome.state, exc_info=outcome.error)
    else:
        logger.info("%s", outcome.state)
