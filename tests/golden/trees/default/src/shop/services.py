"""What a process of this service is made of, put together once: by the web app or on its own."""

from dataclasses import dataclass
from time import monotonic

from sqlalchemy.exc import OperationalError

from .background.execution import Observer
from .background.runner import STOP_SECONDS, Runner
from .background.work import Registry
from .database import Database
from .discovery import find_work
from .ending import aside, wait_for
from .errors import StartError
from .scheduling.jobstore import make_stores
from .scheduling.scheduler import Scheduler
from .schema import prepare
from .settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that lives as long as the process."""

    settings: Settings
    database: Database
    registry: Registry
    runner: Runner
    scheduler: Scheduler

    @classmethod
    def build(
        cls, settings: Settings, observe: Observer, registry: Registry | None = None
    ) -> "Services":
        """Make the parts; nothing runs and nothing is connected yet.

        `registry` is what discovery finds, unless a test brings its own.
        """
        registry = find_work() if registry is None else registry
        database = Database(settings.database_url)
        runner = Runner(settings, database, registry, observe)
        stores = make_stores(settings, database)
        scheduler = Scheduler(database, stores, registry, runner, observe)
        return cls(settings, database, registry, runner, scheduler)

    def start(self) -> None:
        """Bring the schema up to date, then start what the settings ask for.

        Raises StartError when the database cannot be used.
        """
        try:
            self._start()
        except OperationalError as error:
            raise StartError(f"the database cannot be used: {error.orig}") from error

    def _start(self) -> None:
        prepare(self.database, migrate=self.settings.auto_migrate)
        if self.settings.runner:
            self.runner.start()
        if self.settings.scheduler:
            self.scheduler.start()

    def stop(self) -> None:
        """Stop the scheduler, drain the runner, close the database; wait for none without end."""
        end = monotonic() + STOP_SECONDS
        stopping = aside("stopping the scheduler", self.scheduler.stop)
        self.runner.stop()
        wait_for(stopping, max(0.0, end - monotonic()))
        wait_for(aside("closing the database", self.database.close), STOP_SECONDS)
