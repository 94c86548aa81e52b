"""Builds, starts and stops the runner and the scheduler of a process."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from time import monotonic

from sqlalchemy.exc import OperationalError

from . import cancelling
from .dead_letters import OnDeadLetter, log
from .engines.celery import Engine
from .engines.relay import Relay
from .engines.turns import Turns
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
    relay: Relay
    scheduler: Scheduler

    @classmethod
    def build(  # noqa: PLR0913, PLR0917
        cls,
        settings: Settings,
        database: Database,
        registry: Registry,
        observe: Observer,
        on_dead_letter: OnDeadLetter = log,
        turns: Turns | None = None,
    ) -> "Services":
        """Make the parts; nothing runs yet. With `turns`, those of a worker."""
        database.after_commit = partial(cancelling.count, observe)
        runner = Runner(settings, database, registry, observe, on_dead_letter, turns)
        if turns is not None:
            turns.wake = runner.wake
        watcher = Watcher(database, runner.wake)
        store = make_store(settings, database)
        scheduler = Scheduler(database, store, registry, runner, observe)
        relay = Relay(settings, database, registry, Engine(settings))
        return cls(settings, database, registry, runner, watcher, relay, scheduler)

    @property
    def parts(self) -> Mapping[str, Part]:
        """What must not stall, by name."""
        return {"runner": self.runner, "relay": self.relay, "scheduler": self.scheduler}

    def start(self) -> None:
        """Start the parts that the settings turn on.

        Raises StartError when the database cannot be used.
        """
        try:
            if self.settings.runner:
                self.runner.start()
                self.watcher.start()
            else:
                self.relay.start()
            if self.settings.scheduler:
                self.scheduler.start()
        except OperationalError as error:
            raise StartError(f"the database cannot be used: {error.orig}") from error

    def stop(self) -> None:
        """Stop the scheduler and drain the runner; both waits are limited."""
        end = monotonic() + STOP_SECONDS
        self.relay.stop()
        stopping = in_thread("stopping the scheduler", self.scheduler.stop)
        self.runner.stop()
        self.watcher.stop()  # after the runner, so that a cancel is noticed at once until the end
        wait_for(stopping, max(0.0, end - monotonic()))
