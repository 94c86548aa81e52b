"""Before each pass, makes the store equal to the code of the newest process (S5, S18, S19).

Each pass reads the store once, and adds jobs that it has lost, so that their due times since the
loss are recorded. The rest happens less often: a beat every BEAT_SECONDS, the full comparison when
a process starts or ends, and every RECONCILE_EVERY_SECONDS.
"""

import logging
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic

from ..host import Database
from .adapter import LedgerScheduler
from .handled import ClockWatch, advance, forget, handled
from .job import Job
from .jobstore import KEPT
from .processes import NO_OTHERS, Processes
from .reconcile import Actions, missing, reconcile

logger = logging.getLogger(__name__)

BEAT_SECONDS = 5
RECONCILE_EVERY_SECONDS = 30
MOMENT = timedelta(microseconds=1)


class Upkeep:
    """Keeps the store of `engine` equal to the newest code."""

    def __init__(
        self, owner: str, database: Database, engine: LedgerScheduler, jobs: Mapping[str, Job]
    ) -> None:
        """Prepare; `jobs` are the jobs of this process's code, `owner` is the id of the process."""
        self._database, self._engine, self._jobs = database, engine, jobs
        self._processes, self._others, self._watch = Processes(owner), NO_OTHERS, ClockWatch()
        self._reconciled = self._beaten = float("-inf")
        self._pending: dict[str, datetime] = {}
        """Jobs that get a new schedule after all due times of the old one are recorded."""

    @property
    def _enabled(self) -> set[str]:
        return {name for name, job in self._jobs.items() if job.enabled}

    def before_pass(self, recorded_until: datetime) -> dict[str, float]:
        """Update the store if needed; return the next due times of this process's jobs."""
        times, before = self._engine.store.run_times(), self._others
        if monotonic() - self._beaten >= BEAT_SECONDS:
            self._beat()
        first = self._reconciled == float("-inf")
        old = monotonic() - self._reconciled > RECONCILE_EVERY_SECONDS
        if old or self._pending or self._others != before or self._lost(times, recorded_until):
            actions = self.reconcile(recorded_until)
            if actions.changes or first:
                logger.info("jobs: %s", actions)
            self._reconciled = monotonic()
            times = self._engine.store.run_times()
        return {name: at for name, at in times.items() if name in self._enabled}

    def _beat(self) -> None:
        declared = {name: repr(self._jobs[name].schedule) for name in self._enabled}
        with self._database.transaction() as session:
            self._others = self._processes.announce(session, declared, datetime.now(UTC))
        since = self._handled() if KEPT else {}
        self._watch.check({name: at for name, at in since.items() if name in declared})
        self._beaten = monotonic()

    def _lost(self, times: Collection[str], recorded_until: datetime) -> bool:
        """Tell whether the store has lost a job; read what is handled only if one is missing."""
        if self._enabled <= set(times):
            return False
        since = self._handled() if KEPT else {}
        return bool(missing(self._jobs, times, since, recorded_until) - self._others.newer)

    def reconcile(self, recorded_until: datetime) -> Actions:
        """Make the store equal to the code, by the rules of `reconcile.reconcile`."""
        marks = self._handled()
        known = marks if KEPT else {}
        # Read and write under one lock. Otherwise a process that read earlier and writes later
        # could advance a job past a due time that is not recorded yet.
        with self._engine.transaction():
            # Read what others declare under the lock too: newer code may have started.
            with self._database.snapshot() as session:
                others = self._others = self._processes.others(session)
            times, stored = self._engine.store.run_times(), self._engine.schedules()
            since = {**self._unreadable(times, stored, recorded_until), **known}
            # A declared job may have lost either its schedule or its next due time.
            store = {n: repr(at) for n, at in stored.items() if n in times or n not in self._jobs}
            lacking = missing(self._jobs, store.keys() & times, since, recorded_until)
            names = lacking | (self._enabled & store.keys())
            code = {name: repr(self._jobs[name].schedule) for name in names}
            actions = reconcile(code, store, others.declared, others.newer)
            self._pending = {n: self._pending.get(n, recorded_until) for n in actions.rescheduled}
            now = datetime.now(UTC).timestamp()
            ready = {n: at for n, at in self._pending.items() if times[n] > now}
            new = {name: since.get(name, recorded_until) for name in actions.added}
            for name, at in (ready | new).items():
                self._engine.upsert(name, self._jobs[name].schedule, since=at)
            for name in actions.removed:
                self._engine.store.remove_job(name)
        self._pending = {n: at for n, at in self._pending.items() if n not in ready}
        lost = sorted(new.keys() & since)
        if lost:
            text = "the jobstore has lost %s: added again with all due times"
            logger.warning(text, ", ".join(lost))
        begun = ready | {n: since.get(n, recorded_until) for n in code if n not in known}
        gone = marks.keys() - self._enabled - {name for name, _ in others.declared}
        if begun or gone:
            with self._engine.transaction() as session:
                advance(session, begun)
                forget(session, gone)
        return replace(actions, rescheduled=tuple(ready))

    def _unreadable(
        self, times: Mapping[str, float], stored: Collection[str], recorded_until: datetime
    ) -> dict[str, datetime]:
        """Return until when the due times of stored jobs are recorded that cannot be read.

        All before the next one are. An update that moves a module makes them so (S8), and due times
        of the deploy must not be lost.
        """
        unread = {n: at for n, at in times.items() if n in self._enabled and n not in stored}
        before = {n: datetime.fromtimestamp(at, UTC) - MOMENT for n, at in unread.items()}
        return {n: min(at, recorded_until) for n, at in before.items()}

    def leave(self) -> None:
        """Delete the row of this process, which ends."""
        with self._database.transaction() as session:
            self._processes.leave(session)

    def _handled(self) -> Mapping[str, datetime]:
        with self._database.snapshot() as session:
            return handled(session)
