"""Before each pass: who else is there, and has the store what the code declares (S5, S18, S19).

What the store should have and has not is seen each time, put back, and what was due meanwhile is
made up for; all else is compared when somebody comes or goes, and now and then.
"""

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic

from ..host import Database
from .adapter import LedgerScheduler
from .handled import forget, handled, move
from .job import Job
from .jobstore import KEPT
from .processes import NOBODY, Others, Processes
from .reconcile import Actions, reconcile

logger = logging.getLogger(__name__)

RECONCILE_EVERY_SECONDS = 30
CLOCKS_DIFFER = timedelta(minutes=1)
"""By no more than this, when none of them was set back."""


class Upkeep:
    """Keeps the store of `engine` as the newest code wants it."""

    def __init__(
        self, owner: str, database: Database, engine: LedgerScheduler, jobs: Mapping[str, Job]
    ) -> None:
        """Prepare; `jobs` are those of this process's code, `owner` is its name."""
        self._database, self._engine, self._jobs = database, engine, jobs
        self._processes, self._others = Processes(owner), NOBODY
        self._reconciled = float("-inf")
        self._ahead = False
        self._wanted: dict[str, datetime] = {}
        """Jobs that get another schedule once what was due by the old one is handed over."""

    def look(self, seen_until: datetime) -> Collection[str]:
        """Do what is to be done; give the names of the jobs that this process looks after."""
        times, before = self._engine.store.run_times(), self._others
        declared = {name: repr(job.schedule) for name, job in self._jobs.items() if job.enabled}
        with self._database.transaction() as session:
            self._others = self._processes.announce(session, declared, datetime.now(UTC))
        first = self._reconciled == float("-inf")
        old = monotonic() - self._reconciled > RECONCILE_EVERY_SECONDS
        since = self._handled() if KEPT else {}
        self._warn_of_the_clock({name: at for name, at in since.items() if name in declared})
        lost = self._missing(times, since, seen_until) - self._others.newer
        if old or lost or self._wanted or self._others != before:
            actions = self.reconcile(seen_until)
            if actions.changes or first:
                logger.info("jobs: %s", actions)
            self._reconciled = monotonic()
        return declared.keys()

    def is_wanted(self, names: Iterable[str]) -> bool:
        """Tell whether one of the jobs waits for another schedule."""
        return any(name in self._wanted for name in names)

    def reconcile(self, seen_until: datetime) -> Actions:
        """Make the store equal to the code; see `reconcile.reconcile` for what stays."""
        marks = self._handled()
        since = marks if KEPT else {}
        # Read and write under one lock: a process that decided earlier and wrote later would move
        # a job on past a due time that nobody has recorded yet.
        with self._engine.changing():
            # Who declares what is read under it too: newer code may have come since the last look.
            others = self._others = self._declared_by_others()
            times, stored = self._engine.store.run_times(), self._engine.schedules()
            # Of a job that is declared, half may be lost: its schedule or its next due time.
            store = {n: repr(at) for n, at in stored.items() if n in times or n not in self._jobs}
            missing = self._missing(store.keys() & times, since, seen_until)
            enabled = {name for name, job in self._jobs.items() if job.enabled}
            names = missing | (enabled & store.keys())
            code = {name: repr(self._jobs[name].schedule) for name in names}
            actions = reconcile(code, store, others.declared, others.newer)
            self._wanted = {n: self._wanted.get(n, seen_until) for n in actions.rescheduled}
            now = datetime.now(UTC).timestamp()
            ready = {n: at for n, at in self._wanted.items() if times[n] > now}
            new = {name: since.get(name, seen_until) for name in actions.added}
            for name, at in (ready | new).items():
                self._engine.put(name, self._jobs[name].schedule, since=at)
            for name in actions.removed:
                self._engine.store.remove_job(name)
        self._wanted = {n: at for n, at in self._wanted.items() if n not in ready}
        lost = sorted(new.keys() & since)
        if lost:
            logger.warning("the jobstore has lost %s: made up for what was due", ", ".join(lost))
        begun = ready | {name: seen_until for name in code if name not in since}
        gone = marks.keys() - enabled - {name for name, _ in others.declared}
        if begun or gone:
            with self._database.transaction() as session:
                move(session, begun)
                forget(session, gone)
        return replace(actions, rescheduled=tuple(ready))

    def leave(self) -> None:
        """Tell the others that this process ends."""
        with self._database.transaction() as session:
            self._processes.leave(session)

    def _warn_of_the_clock(self, since: Mapping[str, datetime]) -> None:
        # A clock that was set back has to catch up: what is before that was done already.
        limit = datetime.now(UTC) + CLOCKS_DIFFER
        ahead = {name: at for name, at in since.items() if at > limit}
        if ahead and not self._ahead:
            text = "the clock was set back: %s wait until it is %s again, for what was due is done"
            logger.warning(text, ", ".join(sorted(ahead)), max(ahead.values()))
        self._ahead = bool(ahead)

    def _handled(self) -> Mapping[str, datetime]:
        with self._database.snapshot() as session:
            return handled(session)

    def _declared_by_others(self) -> Others:
        with self._database.snapshot() as session:
            return self._processes.others(session)

    def _missing(
        self, times: Collection[str], since: Mapping[str, datetime], seen_until: datetime
    ) -> set[str]:
        """Name the jobs that are due again some time and are not stored."""
        names = [name for name, job in self._jobs.items() if job.enabled and name not in times]
        is_due = {n: self._jobs[n].schedule.next_after(since.get(n, seen_until)) for n in names}
        return {name for name in names if is_due[name]}
