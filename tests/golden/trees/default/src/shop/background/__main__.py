"""The program `shop.background`: scheduler and runner.

With `--check` it exits 0 if such a process is alive and not stalled: a container's health check.
"""

import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue

from ..process.ending import SIGNALS, Deadline
from ..process.starting import StartError
from ..settings import Settings
from .liveness import STALLED_AFTER_SECONDS
from .standalone import BEAT_SECONDS, standalone


def serve(settings: Settings, end: SimpleQueue[int]) -> None:
    """Work until `end` receives a signal; touch the heartbeat file while nothing is stalled."""
    with standalone(settings) as beat:
        while True:
            beat()
            with suppress(Empty):
                end.get(timeout=BEAT_SECONDS)
                break


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
