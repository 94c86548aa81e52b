"""Today's name of `shop.services`, whose parts get a database that is open."""

from shop.background.execution import Observer
from shop.background.runner import Runner
from shop.background.work import Registry
from shop.database import Database
from shop.scheduling.jobstore import make_stores
from shop.scheduling.scheduler import Scheduler
from shop.services import Services as OldServices
from shop.settings import Settings


class Services(OldServices):
    """The runner and the scheduler of a process."""

    @classmethod
    def build(
        cls, settings: Settings, database: Database, registry: Registry, observe: Observer
    ) -> "Services":
        """Make the parts, as `shop.services` does."""
        runner = Runner(settings, database, registry, observe)
        stores = make_stores(settings, database)
        scheduler = Scheduler(database, stores, registry, runner, observe)
        return cls(settings, database, registry, runner, scheduler)
