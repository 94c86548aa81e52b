"""One attempt of a run, in a thread of its own: call, record the end, give the slot back (T1, T4).

The thread is a daemon on purpose: one that hangs does not hold up the exit of the process.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError

from ..logs import bound
from . import ledger
from .execution import Observer, Outcome, execute, judge, timed_out
from .models import Run, State
from .work import RunContext, Work

logger = logging.getLogger(__name__)


class Attempt(threading.Thread):
    """Runs `work` for `run`, which its process has claimed."""

    def __init__(
        self,
        run: Run,
        work: Work,
        context: RunContext,
        observe: Observer,
        given_up: threading.Event,
    ) -> None:
        """Prepare; `given_up` ends the wait for a database that does not answer."""
        super().__init__(name=f"run {run.name} {run.id}", daemon=True)
        self.row = run
        self.work = work
        self.context = context
        self.observe = observe
        self.server_loop: asyncio.AbstractEventLoop | None = None
        self.on_end: Callable[[Attempt], None] = lambda _: None
        self.given_up = given_up
        self.began = monotonic()
        self.timed_out = False

    @property
    def seconds_left(self) -> float:
        """Seconds until the timeout; infinite without one, or when it has been recorded."""
        if self.work.timeout is None or self.timed_out:
            return float("inf")
        return self.began + self.work.timeout.total_seconds() - monotonic()

    def run(self) -> None:
        """Call the function, whatever it does, and record how that ended."""
        with bound(run_id=str(self.row.id), work=self.row.name):
            try:
                error = execute(self.work, self.context, self.row.payload, self.server_loop)
                while not self._recorded(error) and not self.given_up.wait(1):
                    pass
            finally:
                self.on_end(self)

    def check_timeout(self) -> None:
        """Record a timeout that has come; the slot stays taken until the thread ends."""
        if self.seconds_left <= 0:
            error = timed_out(self.work.timeout)
            self._settle(judge(self.work, self.row.attempt, error, _now()), release=False)
            self.timed_out = True

    def _recorded(self, error: BaseException | None) -> bool:
        outcome = judge(self.work, self.row.attempt, error, _now())
        try:
            if self.timed_out or not self._settle(outcome):
                with self.context.database.transaction() as session:
                    ledger.release(session, self.row)
        except SQLAlchemyError:
            logger.exception("the end of the run cannot be recorded; trying again")
            return False
        return True

    def _settle(self, outcome: Outcome, *, release: bool = True) -> bool:
        raised = outcome.error
        error = None if raised is None else f"{type(raised).__name__}: {raised}"
        with self.context.database.transaction() as session:
            settled = ledger.settle(
                session,
                self.row,
                outcome.state,
                _now(),
                error=error,
                retry_at=outcome.retry_at,
                release=release,
            )
        if settled:
            state = State.QUEUED if outcome.retry_at else outcome.state
            self.observe(self.row.kind, self.row.name, state, monotonic() - self.began)
            _log(outcome)
        else:
            logger.warning("outcome %s not recorded: the run is no longer ours", outcome.state)
        return settled


def _log(outcome: Outcome) -> None:
    if outcome.retry_at is not None:
        message = "%s; next attempt at %s"
        logger.warning(message, outcome.state, outcome.retry_at, exc_info=outcome.error)
    elif outcome.error is not None:
        logger.error("%s", outcome.state, exc_info=outcome.error)
    else:
        logger.info("%s", outcome.state)


def _now() -> datetime:
    return datetime.now(UTC)
