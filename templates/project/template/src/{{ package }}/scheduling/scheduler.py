"""Every process has a scheduler on the shared store; there is no leader (S1, S2, S5)."""

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from time import monotonic
from typing import TypeVar

from pydantic import BaseModel

from ..background.execution import Observer
from ..background.models import State
from ..background.runner import Runner
from ..background.work import Registry, Task
from ..database import Database
from .adapter import LedgerScheduler
from .due import Due, record
from .job import Job
from .jobstore import DECLARED, RUNTIME, JobStore
from .processes import announce, leave
from .reconcile import Actions, reconcile
from .schedules import Schedule

logger = logging.getLogger(__name__)

RECONCILE_EVERY_SECONDS = 30


P = TypeVar("P", bound=BaseModel)


class Scheduler:
    """Reconciles the store with the code and turns due times into runs."""

    def __init__(
        self,
        database: Database,
        stores: Mapping[str, JobStore],
        registry: Registry,
        runner: Runner,
        observe: Observer,
    ) -> None:
        """Prepare; nothing is due before `start`."""
        self.jobs = {name: work for name, work in registry.items() if isinstance(work, Job)}
        self._registry = registry
        self._database, self._runner, self._observe = database, runner, observe
        self._reconciled = float("-inf")
        self._stores = stores
        self.engine = LedgerScheduler(stores, self._hand_over, self._upkeep)

    @property
    def last_pass(self) -> float:
        """When it last looked at what is due without an error, on the monotonic clock."""
        return self.engine.last_pass

    @property
    def running(self) -> bool:
        """Whether it was started."""
        return bool(self.engine.running)

    def next_run_times(self) -> dict[str, datetime]:
        """Read the next due time of each stored job."""
        return {job.id: job.next_run_time for job in self.engine.get_jobs()}

    def planned(self) -> Mapping[str, float | None]:
        """Read the next due time of each stored job as a timestamp, running here or not."""
        return self._stores[DECLARED].planned()

    def start(self) -> None:
        """Reconcile, then begin."""
        self.engine.start(paused=True)
        self._upkeep()
        self.engine.resume()

    def stop(self) -> None:
        """End the pass that goes on; what falls due now is for the other processes (S11)."""
        if self.running:
            self.engine.shutdown()
            with self._database.transaction() as session:
                leave(session, self._runner.owner)

    def repeat(self, name: str, task: Task[P], payload: P, schedule: Schedule) -> None:
        """Queue `task` on a schedule that is not in the code; kept until `cancel(name)` (S5)."""
        arguments = {"task": task.name, "payload": task.dump(payload)}
        self.engine.put(name, schedule, store=RUNTIME, arguments=arguments)

    def cancel(self, name: str) -> bool:
        """End a `repeat`; False when there is none of that name."""
        with self.engine.changing(RUNTIME):
            return self.engine.drop(name, store=RUNTIME)

    def reconcile(self, others: Collection[tuple[str, str]] = ()) -> Actions:
        """Make the store equal to the code; see `reconcile.reconcile` for what stays."""
        # Read and write under one lock: a process that decided earlier and wrote later would move
        # a job on past a due time that nobody has recorded yet.
        with self.engine.changing():
            since, stored = self.engine.seen_until, self.engine.schedules()
            code = {
                name: repr(job.schedule)
                for name, job in self.jobs.items()
                if job.enabled and (name in stored or job.schedule.next_after(since))
            }
            actions = reconcile(code, {name: repr(at) for name, at in stored.items()}, others)
            for name in actions.added:  # a store that lost its data may have lost due times too
                self.engine.put(name, self.jobs[name].schedule, since=since)
            for name in actions.rescheduled:
                self.engine.put(name, self.jobs[name].schedule)
            for name in actions.removed:
                self.engine.drop(name)
        return actions

    def _upkeep(self) -> Collection[str]:
        declared = {name: repr(job.schedule) for name, job in self.jobs.items() if job.enabled}
        with self._database.transaction() as session:
            others = announce(session, self._runner.owner, declared, datetime.now(UTC))
        stale = monotonic() - self._reconciled > RECONCILE_EVERY_SECONDS
        if stale or (declared and self.engine.is_empty()):
            actions = self.reconcile(others)
            if actions.changes or self._reconciled == float("-inf"):
                logger.info("jobs: %s", actions)
            self._reconciled = monotonic()
        return declared.keys()

    def _hand_over(self, due: Sequence[Due]) -> None:
        with self._database.transaction() as session:
            written = record(session, due, self._registry, datetime.now(UTC))
        for name, state in written:
            if state is not State.QUEUED:
                self._observe("job", name, state, None)
        self._runner.wake()
