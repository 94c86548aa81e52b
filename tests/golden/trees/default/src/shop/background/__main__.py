"""`python -m shop.background`: runs scheduler and runner without the web service.

With `--check` it exits 0 if such a process is alive and not stalled: a container's health check.
"""

import signal
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from queue import Empty, SimpleQueue

from ..database.schema import open_database
from ..monitoring.metrics import Metrics
from ..monitoring.workers import check_setting
from ..process import logs
from ..process.discovery import find_on_dead_letter, find_work
from ..process.ending import SIGNALS, Deadline
from ..process.starting import StartError
from ..settings import Settings
from .health import STALLED_AFTER_SECONDS, Part, stalled
from .metrics import RunMetrics, scraped
from .services import Services

BEAT_SECONDS = 5.0


def serve(settings: Settings, end: SimpleQueue[int]) -> None:
    """Work until `end` receives a signal; touch the heartbeat file while nothing is stalled."""
    logs.configure(settings)
    check_setting()
    metrics = Metrics()
    runs = RunMetrics(metrics.registry)
    registry = find_work()
    heartbeat = Path(settings.background_heartbeat_file)
    with ExitStack() as stack:
        database = stack.enter_context(
            open_database(settings.database_url, migrate=settings.auto_migrate)
        )
        told = runs.observe, find_on_dead_letter()
        services = Services.build(settings, database, registry, *told)
        shown = metrics.gather(runs.gauges(database, registry, services.scheduler.planned))
        stack.enter_context(scraped(settings.background_metrics_port, shown))
        stack.callback(services.stop)
        services.start()
        stack.callback(heartbeat.unlink, missing_ok=True)
        while True:
            beat(heartbeat, services.runner, services.scheduler)
            with suppress(Empty):
                end.get(timeout=BEAT_SECONDS)
                break


def beat(heartbeat: Path, runner: Part, scheduler: Part) -> None:
    """Touch the heartbeat file, unless something is stalled."""
    if not stalled(runner, scheduler):
        heartbeat.touch()


def is_alive(settings: Settings) -> bool:
    """Tell whether the heartbeat file is fresh."""
    heartbeat = Path(settings.background_heartbeat_file)
    if not heartbeat.exists():
        return False
    age = time.time() - heartbeat.stat().st_mtime
    return abs(age) < STALLED_AFTER_SECONDS  # a time in the future: the clock was set back


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM or SIGINT; return the exit code."""
    if "--check" in arguments:
        return 0 if is_alive(Settings()) else 1
    end: SimpleQueue[int] = SimpleQueue()  # `put` is safe in a signal handler, Event.set is not
    settings = Settings()
    deadline = Deadline(settings.shutdown_grace_seconds)

    def on_signal(number: int, _frame: object) -> None:
        deadline.start()
        end.put(number)

    for number in SIGNALS:
        signal.signal(number, on_signal)
    try:
        serve(settings, end)
    except StartError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        deadline.cancel()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
