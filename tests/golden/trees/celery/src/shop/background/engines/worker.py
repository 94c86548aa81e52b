"""A worker: `--app shop.background.engines.worker`."""

import logging
import sys
from collections.abc import Callable
from contextlib import ExitStack
from threading import Event, Thread

from celery import signals

from ..host import Deadline, Settings, StartError
from ..standalone import BEAT_SECONDS, standalone
from .celery import TASK, make_app
from .turns import Turns

logger = logging.getLogger(__name__)
settings = Settings(runner=True, scheduler=False)
app, turns = make_app(settings), Turns(settings.runner_threads)
deadline, stack = Deadline(settings.shutdown_grace_seconds), ExitStack()
ended = Event()
draining = Thread(target=stack.close, name="draining")


@app.task(name=TASK)
def turn() -> None:
    """Wait until the runner needs this message no more."""
    turns.take().result()


@signals.setup_logging.connect
def keep_logging(**_of_celery: object) -> None:
    """Keep Celery from setting up logs: `start` does it as the service does.

    Of each message it would log that it came and went, which says nothing.
    """
    for name in ("celery.worker.strategy", "celery.app.trace"):
        logging.getLogger(name).setLevel(logging.WARNING)


@signals.worker_init.connect
def start(**_of_celery: object) -> None:
    """Start the runner before the first message; raises SystemExit if that is not possible."""
    try:
        beat = stack.enter_context(standalone(settings, turns))
    except StartError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from None
    except Exception:  # Celery 5.7 would log it and go on, without a runner
        logger.exception("this worker cannot start")
        raise SystemExit(1) from None
    beat()
    Thread(target=keep_beating, args=[beat], name="heartbeat file", daemon=True).start()


def keep_beating(beat: Callable[[], None]) -> None:
    """Show that this process is alive, until it drains."""
    while not ended.wait(BEAT_SECONDS):
        beat()


@signals.worker_shutting_down.connect
def drain(**_of_celery: object) -> None:
    """Begin to drain at the signal; Celery waits for its threads."""
    deadline.start()
    ended.set()
    draining.start()


@signals.worker_shutdown.connect
def stop(**_of_celery: object) -> None:
    """End after the drain; without a signal, Celery ends after an error of its own."""
    if not ended.is_set():
        drain()
    draining.join()
    deadline.cancel()
