"""Background work in a process without the web service: `__main__`, and workers."""

from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from ..database.schema import open_database
from ..process import logs
from ..process.discovery import find_on_dead_letter, find_work
from ..settings import Settings
from .engines.turns import Turns
from .execution import no_observer
from .liveness import beat
from .services import Services

BEAT_SECONDS = 5.0


@contextmanager
def standalone(
    settings: Settings, turns: Turns | None = None
) -> Generator[Callable[[], None], None, None]:
    """Work during this block, with `turns` as a worker; call what it yields every BEAT_SECONDS.

    That touches the heartbeat file while nothing is stalled. Raises StartError.
    """
    logs.configure(settings)
    registry = find_work()
    heartbeat = Path(settings.background_heartbeat_file)
    with ExitStack() as stack:
        database = stack.enter_context(
            open_database(settings.database_url, migrate=settings.auto_migrate)
        )
        told = no_observer, find_on_dead_letter()
        services = Services.build(settings, database, registry, *told, turns)
        stack.callback(services.stop)
        services.start()
        stack.callback(heartbeat.unlink, missing_ok=True)
        yield partial(beat, heartbeat, services.parts)
