"""Adapts APScheduler 3.11, which only computes due times here (S1, S5, S8, S11, S15).

It uses the stores and triggers by their documented interface, and replaces the loop: this one
records due times in the ledger and advances a job only after that. After an error it logs and
retries, where APScheduler's loop would end.
"""

import logging
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from threading import Event, Thread
from time import monotonic

from apscheduler.job import Job
from apscheduler.schedulers.base import STATE_RUNNING, STATE_STOPPED, BaseScheduler
from sqlalchemy.orm import Session

from ..host import RepeatedErrors
from .jobstore import JobStore
from .schedules import Schedule
from .trigger import DISPATCHER, ScheduleTrigger

logger = logging.getLogger(__name__)

LONGEST_WAIT_SECONDS = 5.0
"""Each process reads the store at least so often, because others may change it."""
RETRY_SECONDS = 1.0
STOP_SECONDS = 5.0
"""A shutdown waits so long for the current pass, because the database may not answer."""


class LedgerScheduler(BaseScheduler):
    """Records due times, in a thread of its own."""

    def __init__(
        self,
        store: JobStore,
        upkeep: Callable[[datetime], Mapping[str, float]],
        record: Callable[[Collection[str], datetime], None],
        leave: Callable[[], None],
    ) -> None:
        """Prepare.

        `upkeep` is called before each pass with `recorded_until`, and returns the next due times of
        this process's jobs. `record` writes what is due of these names to the ledger, and sets
        their next due times. `leave` is called at the end of the thread.
        """
        super().__init__(timezone=UTC, jobstores={"default": store})
        self.repeated_errors = RepeatedErrors()
        self.last_pass = monotonic()
        self.recorded_until = datetime.now(UTC)
        """All due times before this moment are recorded, of jobs that were in the store then."""
        self.store, self._upkeep, self._record, self._leave = store, upkeep, record, leave
        self._awake, self._due_before = Event(), dict[str, float]()
        self._thread = Thread(target=self._loop, name="scheduler", daemon=True)

    def start(self, paused: bool = False) -> None:  # noqa: FBT001, FBT002 (as APScheduler has it)
        """Start the store and the thread."""
        super().start(paused=paused)
        self._thread.start()

    def shutdown(self, wait: bool = True) -> None:  # noqa: FBT001, FBT002
        """Finish the current pass; other processes record what is due from now on (S11)."""
        super().shutdown(wait=wait)
        self.wakeup()
        self._thread.join(STOP_SECONDS)

    def wakeup(self) -> None:
        """Read the store now."""
        self._awake.set()

    def transaction(self) -> AbstractContextManager[Session]:
        """Take the ledger lock, always before APScheduler's own; make the block one transaction."""
        return self.store.one_transaction()

    def upsert(self, name: str, schedule: Schedule, *, since: datetime | None = None) -> None:
        """Add a job or change its schedule; it is first due after `since`, or after now."""
        trigger = ScheduleTrigger(schedule)
        first = trigger.get_next_fire_time(None, since or datetime.now(UTC))
        self.add_job(DISPATCHER, trigger, id=name, next_run_time=first, replace_existing=True)

    def schedules(self) -> dict[str, Schedule]:
        """Return the schedule of each stored job that can be read, by name."""
        return {job.id: job.trigger.schedule for job in self.store.get_all_jobs()}

    def _loop(self) -> None:
        while self.state != STATE_STOPPED:
            self._awake.clear()
            pause = self.do_pass() if self.state == STATE_RUNNING else LONGEST_WAIT_SECONDS
            self._awake.wait(pause)
        self._leave()
        self.store.shutdown()  # the last pass may have opened a connection after the first shutdown

    def do_pass(self) -> float:
        """Record what is due; return the seconds until the next pass."""
        began = datetime.now(UTC)
        try:
            wait = self._pass(self._upkeep(self.recorded_until))
        except Exception as error:  # noqa: BLE001 (logged once a minute, then retried)
            message = "the pass over the due jobs failed; trying again"
            self.repeated_errors.log(logger, message, error)
            return RETRY_SECONDS
        self.last_pass, self.recorded_until = monotonic(), began
        return wait

    def _pass(self, next_times: Mapping[str, float]) -> float:
        now = datetime.now(UTC)
        due = {name: at for name, at in next_times.items() if at <= now.timestamp()}
        stuck, self._due_before = due == self._due_before, due
        if due:
            self._record(due.keys(), now)
            # Look again: there may be more. A job is stuck while its stored state cannot be read.
            return RETRY_SECONDS if stuck else 0.0
        wait = min(next_times.values(), default=float("inf")) - datetime.now(UTC).timestamp()
        return min(max(wait, 0.0), LONGEST_WAIT_SECONDS)

    def due_jobs(self, names: Collection[str], now: datetime) -> list[Job]:
        """Read those of the jobs that are due; other names belong to newer or older code."""
        return [job for job in self.store.get_due_jobs(now) if job.id in names]
