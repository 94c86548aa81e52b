"""Adapts APScheduler 3.11 (S1, S5, S8, S11, S15): it decides when, and runs nothing itself.

Its pass over the due jobs is replaced: due times are handed over, a job moves on only when that
worked, and an error is logged and tried again instead of ending the scheduler.
"""

import logging
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from time import monotonic

from apscheduler.job import Job as StoredJob
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import STATE_RUNNING

from .due import Due
from .jobstore import DECLARED, JobStore
from .schedules import Schedule
from .trigger import DISPATCHER, ScheduleTrigger

logger = logging.getLogger(__name__)

LONGEST_WAIT_SECONDS = 5.0
"""So soon each process looks at the store again, whatever it believes to be due."""
RETRY_SECONDS = 1.0


class LedgerScheduler(BackgroundScheduler):
    """Hands due times over on a thread of its own."""

    def __init__(
        self,
        stores: Mapping[str, JobStore],
        hand_over: Callable[[Sequence[Due]], None],
        upkeep: Callable[[], Collection[str]],
    ) -> None:
        """Prepare; `upkeep` is called before each pass and gives the names to look after."""
        super().__init__(timezone=UTC, jobstores=stores)
        self.last_pass = monotonic()
        self.seen_until = datetime.now(UTC)
        """Of the store as it was then, all that was due has been handed over."""
        self._hand_over = hand_over
        self._upkeep = upkeep

    @contextmanager
    def changing(self, store: str = DECLARED) -> Generator[None, None, None]:
        """Make the changes to a store inside the block one transaction."""
        with self._jobstores_lock, self._lookup_jobstore(store).one_transaction():
            yield

    def put(
        self,
        name: str,
        schedule: Schedule,
        *,
        since: datetime | None = None,
        store: str = DECLARED,
        arguments: Mapping[str, str] | None = None,
    ) -> None:
        """Add a job to a store, or give it another schedule; first due after `since`, or now."""
        trigger = ScheduleTrigger(schedule)
        self.add_job(
            DISPATCHER,
            trigger,
            id=name,
            kwargs=arguments,
            next_run_time=trigger.get_next_fire_time(None, since or datetime.now(UTC)),
            jobstore=store,
            replace_existing=True,
        )

    def drop(self, name: str, *, store: str = DECLARED) -> bool:
        """Remove a job from a store; False when it was not there."""
        known = self.get_job(name, store) is not None
        if known:
            self.remove_job(name, store)
        return known

    def schedules(self, store: str = DECLARED) -> dict[str, Schedule]:
        """Give the schedule of each job in a store, by name."""
        return {job.id: job.trigger.schedule for job in self.get_jobs(store)}

    def is_empty(self) -> bool:
        """Tell whether nothing is planned: a store may have lost its data."""
        with self._jobstores_lock:  # or it might use a transaction that another thread has open
            return self._lookup_jobstore(DECLARED).get_next_run_time() is None

    def _process_jobs(self) -> float | None:
        if self.state != STATE_RUNNING:
            return None
        began = datetime.now(UTC)
        try:
            known = self._upkeep()
            with self._jobstores_lock:
                waits = [self._pass(store, known) for store in self._jobstores.values()]
        except Exception:
            logger.exception("the pass over the due jobs failed; trying again")
            return RETRY_SECONDS
        self.last_pass, self.seen_until = monotonic(), began
        return min(waits)

    def _pass(self, store: JobStore, known: Collection[str]) -> float:
        now = datetime.now(UTC)
        # A job that is not known, and was not added at run time, is for newer or older code.
        jobs = [job for job in store.get_due_jobs(now) if job.id in known or job.kwargs]
        due = [Due(job.id, _due_times(job, now), job.kwargs) for job in jobs]
        if due:
            self._hand_over(due)
            with store.one_transaction():
                for job, times in zip(jobs, due, strict=True):
                    _move_on(job, store, times.moments[-1], now)
        upcoming = store.get_next_run_time()
        if upcoming is None:
            return LONGEST_WAIT_SECONDS
        wait: float = (upcoming - datetime.now(UTC)).total_seconds()
        return RETRY_SECONDS if upcoming <= now else min(max(wait, 0.0), LONGEST_WAIT_SECONDS)


def _due_times(job: StoredJob, now: datetime) -> list[datetime]:
    return [moment.astimezone(UTC) for moment in job._get_run_times(now)]  # noqa: SLF001


def _move_on(job: StoredJob, store: JobStore, last: datetime, now: datetime) -> None:
    upcoming = job.trigger.get_next_fire_time(last, now)
    if upcoming is None:
        store.remove_job(job.id)
    else:
        job._modify(next_run_time=upcoming)  # noqa: SLF001
        store.update_job(job)
