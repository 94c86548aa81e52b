"""From the commit of one process that queues a task to its first line in another process.

`wake.py TASKS TASKS_A_SECOND`. This process only queues, so nothing tells the runner in the other
one but the database: that of DATABASE_URL, or SQLite in a temporary folder. It prints also how much
CPU time the other process takes in five seconds in which nothing happens.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from uuid import UUID

from pydantic import BaseModel
from shop.background import RunContext, Task, ledger
from shop.background.execution import no_observer
from shop.background.services import Services
from shop.database import Database
from shop.database.schema import upgrade
from shop.settings import Settings

IDLE_SECONDS = 5


class Nothing(BaseModel):
    """A payload."""


def noop(_payload: Nothing, context: RunContext) -> None:
    """Print when it starts; the clock is the same in all processes."""
    sys.stdout.write(f"{context.run_id} {time.clock_gettime(time.CLOCK_MONOTONIC)}\n")
    sys.stdout.flush()


TASK = Task(name="noop", payload=Nothing, function=noop)


def work(url: str) -> None:
    """Be the other process: print the CPU time of a while without work, then run tasks."""
    settings = Settings(database_url=url, scheduler=False)
    database = Database(url)
    services = Services.build(settings, database, {TASK.name: TASK}, no_observer)
    services.start()
    time.sleep(1)
    before = time.process_time()
    time.sleep(IDLE_SECONDS)
    print("idle", time.process_time() - before, flush=True)
    sys.stdin.read()
    services.stop()
    database.close()


def measure(url: str, tasks: int, a_second: float) -> dict[str, float]:
    """Queue tasks at random moments; return the figures."""
    database = Database(url)
    upgrade(database)
    command = [sys.executable, __file__, "--work", url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    committed: dict[UUID | None, float] = {}
    with subprocess.Popen(command, text=True, **pipes) as worker:
        idle = float(worker.stdout.readline().split()[1])
        for _ in range(tasks):
            time.sleep(random.uniform(0.5, 1.5) / a_second)  # noqa: S311
            with database.transaction() as session:
                run_id = ledger.add(session, TASK, datetime.now(UTC), payload="{}")
            committed[run_id] = time.clock_gettime(time.CLOCK_MONOTONIC)
        lines = [worker.stdout.readline().split() for _ in range(tasks)]
        worker.stdin.close()
    database.close()
    late = sorted((float(at) - committed[UUID(run_id)]) * 1000 for run_id, at in lines)
    return {
        "tasks": tasks,
        "median_ms": round(statistics.median(late), 2),
        "p99_ms": round(late[int(tasks * 0.99)], 2),
        "idle_cpu_percent": round(idle / IDLE_SECONDS * 100, 2),
    }


def main() -> None:
    """Measure, or be the process that is woken."""
    if sys.argv[1] == "--work":
        work(sys.argv[2])
        return
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("DATABASE_URL", f"sqlite:///{folder}/shop.db")
        figures = measure(url, int(sys.argv[1]), float(sys.argv[2]))
    print("{tasks} tasks: {median_ms} ms in the median, {p99_ms} ms at 99 %".format(**figures))
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
