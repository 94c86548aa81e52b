"""A worker with tasks of tests, as its command starts one; tests start it as a process.

It takes the file in which its tasks note their start and their end. `count` ends at once, `wait`
when there is a file beside the log, `hang` and `repeat` never; `repeat` is idempotent.
"""

import os
import sys
import time
from datetime import timedelta
from pathlib import Path

from celery.bin.celery import main
from pydantic import BaseModel

from shop.background import RunContext, Task, standalone
from shop.background.scheduling import Every, Job

LOG = Path(sys.argv[1])
OPEN = LOG.with_name("open")


class Nothing(BaseModel):
    """The payload."""


def note(what: str, context: RunContext) -> None:
    """Append a line; short lines of several processes do not mix."""
    with LOG.open("a") as log:
        log.write(f"{what} {context.run_id} {os.getpid()}\n")


def count(_payload: Nothing, context: RunContext) -> None:
    """End soon."""
    note("start", context)
    time.sleep(0.02)
    note("end", context)


def wait(_payload: Nothing, context: RunContext) -> None:
    """Run until it may end."""
    note("start", context)
    while not OPEN.exists():
        time.sleep(0.01)
    note("end", context)


def hang(_payload: Nothing, context: RunContext) -> None:
    """Never end."""
    note("start", context)
    time.sleep(3600)


def report(context: RunContext) -> None:
    """Be the function of a job."""
    note("start", context)


WORK = {
    "count": Task(name="count", payload=Nothing, function=count),
    "wait": Task(name="wait", payload=Nothing, function=wait),
    "hang": Task(name="hang", payload=Nothing, function=hang),
    "repeat": Task(name="repeat", payload=Nothing, function=hang, idempotent=True),
    "report": Job(name="report", schedule=Every(timedelta(hours=1)), function=report),
}

if __name__ == "__main__":
    vars(standalone)["find_work"] = lambda: WORK
    worker = "shop.background.engines.worker"
    sys.argv = ["celery", "--app", worker, "worker"]
    sys.exit(main())
