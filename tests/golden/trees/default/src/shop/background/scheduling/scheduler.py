"""The scheduler of a process; all processes share one store, without a leader (S1, S2, S5)."""

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from apscheduler.job import Job as StoredJob
from sqlalchemy.exc import SQLAlchemyError

from ..execution import Observer
from ..host import Database
from ..models import State
from ..runner import Runner
from ..work import Registry
from .adapter import LedgerScheduler
from .due import Due, due_times, record
from .handled import advance
from .job import Job
from .jobstore import WITH_LEDGER, JobStore
from .reconcile import Actions
from .upkeep import Upkeep

logger = logging.getLogger(__name__)


class Scheduler:
    """Keeps the store equal to the code, and turns due times into runs."""

    def __init__(
        self,
        database: Database,
        store: JobStore,
        registry: Registry,
        runner: Runner,
        observe: Observer,
    ) -> None:
        """Prepare; `start` begins to record due times."""
        self.jobs = {name: work for name, work in registry.items() if isinstance(work, Job)}
        self._registry = registry
        self._store, self._runner, self._observe = store, runner, observe
        self.engine = LedgerScheduler(store, self._before_pass, self._record, self._leave)
        self.engine.repeated_errors = database.repeated_errors
        self._upkeep = Upkeep(runner.owner, database, self.engine, self.jobs)

    @property
    def last_pass(self) -> float:
        """When its last pass without an error ended, on the monotonic clock."""
        return self.engine.last_pass

    @property
    def running(self) -> bool:
        """Whether it was started."""
        return bool(self.engine.running)

    def next_run_times(self) -> dict[str, datetime]:
        """Read the next due time of each stored job."""
        return {job.id: job.next_run_time for job in self._store.get_all_jobs()}

    def planned(self) -> Mapping[str, float | None]:
        """Read the next due times as timestamps; this works in a stopped scheduler too."""
        return self._store.planned()

    def start(self) -> None:
        """Reconcile, then start the loop."""
        self.engine.start(paused=True)
        self._before_pass(self.engine.recorded_until)
        self.engine.resume()

    def stop(self) -> None:
        """Finish the current pass; other processes record what is due from now on (S11)."""
        if self.running:
            self.engine.shutdown()

    def reconcile(self) -> Actions:
        """Make the store equal to the code, by the rules of `reconcile.reconcile`."""
        return self._upkeep.reconcile(self.engine.recorded_until)

    def _before_pass(self, recorded_until: datetime) -> Mapping[str, float]:
        return self._upkeep.before_pass(recorded_until)

    def _leave(self) -> None:
        try:
            self._upkeep.leave()
        except SQLAlchemyError:
            logger.exception("this process cannot delete its row; others will see it as dead")

    def _record(self, names: Collection[str], now: datetime) -> None:
        with self.engine.transaction() as session:
            jobs = self.engine.due_jobs(names, now)
            if not jobs:  # another process was first
                return
            due = [
                Due(job.id, due_times(job.trigger.schedule, job.next_run_time, now)) for job in jobs
            ]
            written = record(session, due, self._registry, datetime.now(UTC))
            advance(session, {each.name: each.moments[-1] for each in due})
            if WITH_LEDGER:
                self._advance(jobs, due)
        if not WITH_LEDGER:
            with self.engine.transaction():
                self._advance(self.engine.due_jobs(names, now), due)
        for name, state in written:
            if state is not State.QUEUED:
                self._observe("job", name, state, None)
        self._runner.wake()

    def _advance(self, jobs: Sequence[StoredJob], due: Sequence[Due]) -> None:
        """Set the next due times of `jobs` after `due`, unless they were changed since."""
        last = {(each.name, each.moments[0]): each.moments[-1] for each in due}
        unchanged = [job for job in jobs if (job.id, job.next_run_time) in last]
        for job in unchanged:
            moment = last[job.id, job.next_run_time]
            job.next_run_time = job.trigger.get_next_fire_time(moment, moment)
            if job.next_run_time is None:
                self._store.remove_job(job.id)
        self._store.update_jobs([job for job in unchanged if job.next_run_time is not None])
