"""Adapts APScheduler 3.11 (S1, S5, S8, S11, S15): it decides when, and runs nothing itself.

Its stores and triggers are used, by what it documents for those who extend it; its loop is replaced
by one that hands due times over, moves a job on only when that worked, and logs an error and tries
again instead of ending.
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
"""So soon each process looks at the store again, whatever it believes to be due."""
RETRY_SECONDS = 1.0
STOP_SECONDS = 5.0
"""So long the end of a pass is waited for: a database that does not answer holds no exit up."""


class LedgerScheduler(BaseScheduler):
    """Hands due times over on a thread of its own."""

    def __init__(
        self,
        store: JobStore,
        hand_over: Callable[[Sequence[Due]], None],
        upkeep: Callable[[datetime], Collection[str]],
        leave: Callable[[], None],
    ) -> None:
        """Prepare; `upkeep` is called before each pass and gives the names to look after.

        It is told until when all that was due has been handed over. `leave` is called at the end,
        on the thread that did all the rest.
        """
        super().__init__(timezone=UTC, jobstores={DECLARED: store})
        self.repeated_errors = RepeatedErrors()
        self.last_pass = monotonic()
        self.seen_until = datetime.now(UTC)
        """Of the store as it was then, all that was due has been handed over."""
        self.store, self._hand_over = store, hand_over
        self._upkeep, self._leave = upkeep, leave
        self._awake = Event()
        self._thread = Thread(target=self._loop, name="scheduler", daemon=True)

    def start(self, paused: bool = False) -> None:  # noqa: FBT001, FBT002 (as APScheduler has it)
        """Start the store and the thread."""
        super().start(paused=paused)
        self._thread.start()

    def shutdown(self, wait: bool = True) -> None:  # noqa: FBT001, FBT002
        """Let the pass that goes on end; what falls due now is for the other processes (S11)."""
        super().shutdown(wait=wait)
        self.wakeup()
        self._thread.join(STOP_SECONDS)

    def wakeup(self) -> None:
        """Look at the store now."""
        self._awake.set()

    @contextmanager
    def changing(self) -> Generator[None, None, None]:
        """Make the changes to the store inside the block one transaction.

        What APScheduler does under its own lock is done in here too: always in this order.
        """
        with self.store.one_transaction():
            yield

    def put(self, name: str, schedule: Schedule, *, since: datetime | None = None) -> None:
        """Add a job, or give it another schedule; first due after `since`, or now."""
        trigger = ScheduleTrigger(schedule)
        self.add_job(
            DISPATCHER,
            trigger,
            id=name,
            next_run_time=trigger.get_next_fire_time(None, since or datetime.now(UTC)),
            replace_existing=True,
        )

    def schedules(self) -> dict[str, Schedule]:
        """Give the schedule of each stored job that can be read, by name."""
        return {job.id: job.trigger.schedule for job in self.store.get_all_jobs()}

    def _loop(self) -> None:
        while self.state != STATE_STOPPED:
            self._awake.clear()
            pause = self.do_pass() if self.state == STATE_RUNNING else LONGEST_WAIT_SECONDS
            self._awake.wait(pause)
        self._leave()

    def do_pass(self) -> float:
        """Hand over what is due; give the seconds until there may be more."""
        began = datetime.now(UTC)
        try:
            wait = self._pass(self._upkeep(self.seen_until))
        except Exception as error:  # noqa: BLE001 (said once a minute, and tried again)
            self.repeated_errors.log(
                logger, "the pass over the due jobs failed; trying again", error
            )
            return RETRY_SECONDS
        self.last_pass, self.seen_until = monotonic(), began
        return wait

    def _pass(self, known: Collection[str]) -> float:
        now = datetime.now(UTC)
        # A job that is not known is for newer or older code.
        jobs = [job for job in self.store.get_due_jobs(now) if job.id in known]
        due = [Due(job.id, due_times(job.trigger.schedule, job.next_run_time, now)) for job in jobs]
        if due:
            self._hand_over(due)
            with self.store.one_transaction():
                for job, each in zip(jobs, due, strict=True):
                    self._move_on(job.id, job.next_run_time, each)
        if any(len(each.moments) == MOST_AT_ONCE for each in due):
            return 0.0  # there may be more of them
        upcoming = self.store.get_next_run_time()
        if upcoming is None:
            return LONGEST_WAIT_SECONDS
        wait: float = (upcoming - datetime.now(UTC)).total_seconds()
        return RETRY_SECONDS if upcoming <= now else min(max(wait, 0.0), LONGEST_WAIT_SECONDS)

    def _move_on(self, name: str, read: datetime, due: Due) -> None:
        # Unless another process has done so meanwhile, or has given it another schedule: what was
        # read before must not be written over that.
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
