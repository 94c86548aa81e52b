"""Builds, starts and stops the runner and the scheduler of a process."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from time import monotonic

from sqlalchemy.exc import OperationalError

from . import cancelling
from .dead_letters import OnDeadLetter, log
from .execution import Observer
from .host import Database, Settings, StartError, in_thread, wait_for
from .liveness import Part
from .runner import STOP_SECONDS, Runner
from .scheduling.jobstore import make_store
from .scheduling.scheduler import Scheduler
from .watcher import Watcher
from .work import Registry


@dataclass(frozen=True, slots=True)
class Services:
    """The runner, the scheduler, and what they use."""

    settings: Settings
    database: Database
    registry: Registry
    runner: Runner
    watcher: Watcher
    scheduler: Scheduler

    @classmethod
    def build(
        cls,
        settings: Settings,
        database: Database,
        registry: Registry,
        observe: Observer,
        on_dead_letter: OnDeadLetter = log,
    ) -> "Services":
        """Make the parts; nothing runs yet."""
        database.after_commit = partial(cancelling.count, observe)
        runner = Runner(settings, database, registry, observe, on_dead_letter)
        watcher = Watcher(database, runner.wake)
        store = make_store(settings, database)
        scheduler = Scheduler(database, store, registry, runner, observe)
        return cls(settings, database, registry, runner, watcher, scheduler)

    @property
    def parts(self) -> Mapping[str, Part]:
        """What must not stall, by name."""
        return {"runner": self.runner, "scheduler": self.scheduler}

    def start(self) -> None:
        """Start the parts that the settings turn on.

        Raises StartError when the database cannot be used.
        """
        try:
            if self.settings.runner:
                self.runner.start()
                self.watcher.start()
            if self.settings.scheduler:
                self.scheduler.start()
        except OperationalError as error:
            raise StartError(f"the database cannot be used: {error.orig}") from error

    def stop(self) -> None:
        """Stop the scheduler and drain the runner; both waits are limited."""
        end = monotonic() + STOP_SECONDS
        stopping = in_thread("stopping the scheduler", self.scheduler.stop)
        self.runner.stop()
        self.watcher.stop()  # after the runner, so that a cancel is noticed at once until the end
        wait_for(stopping, max(0.0, end - monotonic()))
