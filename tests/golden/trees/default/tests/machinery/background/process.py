"""Runs a runner with four tasks until SIGTERM; tests start it as a process.

It takes a database, a log file, and by how many seconds its wall clock is wrong. `count` notes its
start and its end, `hang` and `repeat` note their start and never end; `repeat` is idempotent.
`obey` ends when it is cancelled.
"""

import os
import signal
import sys
import threading
import time
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from pydantic import BaseModel

from shop.background import (
    RunContext,
    Task,
    attempt,
    heartbeat,
    intake,
    runner,
)
from shop.background.execution import no_observer
from shop.background.runner import Runner
from shop.database import Database
from shop.settings import Settings

URL, LOG, WRONG_BY = sys.argv[1:]


class WrongClock(datetime):
    """A wall clock that is wrong in this process."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "WrongClock":
        """Give a time that is wrong."""
        return super().now(tz) + timedelta(seconds=float(WRONG_BY))


for module in (attempt, heartbeat, intake, runner):
    vars(module)["datetime"] = WrongClock


class Nothing(BaseModel):
    """The payload."""


def note(what: str, context: RunContext) -> None:
    """Append a line; short lines of several processes do not mix."""
    with Path(LOG).open("a") as log:
        log.write(f"{what} {context.run_id} {os.getpid()}\n")


def count(_payload: Nothing, context: RunContext) -> None:
    """Run so long that other runs start during it."""
    note("start", context)
    time.sleep(0.02)
    note("end", context)


def hang(_payload: Nothing, context: RunContext) -> None:
    """Never end."""
    note("start", context)
    threading.Event().wait()


def obey(_payload: Nothing, context: RunContext) -> None:
    """Run until it is cancelled."""
    note("start", context)
    while not context.cancelled:
        time.sleep(0.01)
    note("end", context)


TASKS = (
    Task(name="count", payload=Nothing, function=count, max_concurrency=3),
    Task(name="hang", payload=Nothing, function=hang),
    Task(name="obey", payload=Nothing, function=obey),
    Task(name="repeat", payload=Nothing, function=hang, idempotent=True),
)


def main() -> None:
    """Run until SIGTERM."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})  # so that an early signal waits
    settings = Settings(
        database_url=URL, poll_seconds=0.02, lease_seconds=1, shutdown_grace_seconds=0.1
    )
    database = Database(URL)
    runner = Runner(settings, database, {task.name: task for task in TASKS}, no_observer)
    runner.start()
    signal.sigwait({signal.SIGTERM})
    runner.stop()
    database.close()


main()
