"""Adapts APScheduler 3.11, which only computes due times here (S1, S5, S8, S11, S15).

It uses the stores and triggers by their documented interface, and replaces the loop: this one
records due times in the ledger and advances a job only after that. After an error it logs and
retries, where APScheduler's loop would end.
"""

import logging
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event, Thread
from time import monotonic

from apscheduler.schedulers.base import STATE_RUNNING, STATE_STOPPED, BaseScheduler

from ..host import RepeatedErrors
from .due import MOST_AT_ONCE, Due, due_times
from .jobstore import DECLARED, JobStore
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
        record: Callable[[Sequence[Due]], None],
        upkeep: Callable[[datetime], Collection[str]],
        leave: Callable[[], None],
    ) -> None:
        """Prepare.

        `record` writes due times to the ledger. `upkeep` is called before each pass with
        `recorded_until`, and returns the names of this process's jobs. `leave` is called at the end
        of the thread.
        """
        super().__init__(timezone=UTC, jobstores={DECLARED: store})
        self.repeated_errors = RepeatedErrors()
        self.last_pass = monotonic()
        self.recorded_until = datetime.now(UTC)
        """All due times before this moment are recorded, of jobs that were in the store then."""
        self.store, self._record = store, record
        self._upkeep, self._leave = upkeep, leave
        self._awake = Event()
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

    @contextmanager
    def transaction(self) -> Generator[None, None, None]:
        """Make all changes to the store inside the block one transaction.

        Take this lock before APScheduler's own lock, always in this order.
        """
        with self.store.one_transaction():
            yield

    def upsert(self, name: str, schedule: Schedule, *, since: datetime | None = None) -> None:
        """Add a job or change its schedule; it is first due after `since`, or after now."""
        trigger = ScheduleTrigger(schedule)
        self.add_job(
            DISPATCHER,
            trigger,
            id=name,
            next_run_time=trigger.get_next_fire_time(None, since or datetime.now(UTC)),
            replace_existing=True,
        )

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
            self.repeated_errors.log(
                logger, "the pass over the due jobs failed; trying again", error
            )
            return RETRY_SECONDS
        self.last_pass, self.recorded_until = monotonic(), began
        return wait

    def _pass(self, known: Collection[str]) -> float:
        now = datetime.now(UTC)
        # Unknown jobs belong to newer or older code.
        jobs = [job for job in self.store.get_due_jobs(now) if job.id in known]
        due = [Due(job.id, due_times(job.trigger.schedule, job.next_run_time, now)) for job in jobs]
        if due:
            self._record(due)
            with self.store.one_transaction():
                for job, each in zip(jobs, due, strict=True):
                    self._advance(job.id, job.next_run_time, each)
        if any(len(each.moments) == MOST_AT_ONCE for each in due):
            return 0.0  # there may be more due times
        upcoming = self.store.get_next_run_time()
        if upcoming is None:
            return LONGEST_WAIT_SECONDS
        wait: float = (upcoming - datetime.now(UTC)).total_seconds()
        return RETRY_SECONDS if upcoming <= now else min(max(wait, 0.0), LONGEST_WAIT_SECONDS)

    def _advance(self, name: str, read: datetime, due: Due) -> None:
        # Another process may have advanced or rescheduled the job since it was read: keep that.
        job = self.store.lookup_job(name)
        if job is None or job.next_run_time != read:
            return
        last = due.moments[-1]
        upcoming = job.trigger.get_next_fire_time(last, last)
        if upcoming is None:
            self.store.remove_job(name)
        else:
            job.next_run_time = upcoming
            self.store.update_job(job)
