"""From the commit of a single task to its first line, for `engines.py`.

`single.py relay|other TASKS TASKS_A_SECOND ALIVE COMMAND...`. COMMAND is the worker, which touches
ALIVE when it has started; without one, this process runs the tasks. With `relay` this process does
what a web process does: an engine's relay in it sends, or its own runner is woken. With `other` it
only queues. The database, and the broker of an engine, are those of the environment.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

from shop.background import Enqueue
from shop.background.execution import no_observer
from shop.background.services import Services
from shop.database.schema import open_database
from shop.settings import Settings
from shop.tasks.single import TASK, Nothing

LONGEST_WAIT_SECONDS = 60
WARM_UP = 20


def main() -> None:
    """Print the median and the 99th percentile."""
    where, tasks, a_second, alive, *command = sys.argv[1:]
    count = int(tasks) + WARM_UP
    settings = Settings()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        file = Path(os.environ.setdefault("SINGLE_FILE", f"{folder}/single"))
        file.touch()
        database = stack.enter_context(open_database(settings.database_url, migrate=True))
        if command:
            own, nothing = {**os.environ, "BACKGROUND_HEARTBEAT_FILE": alive}, subprocess.DEVNULL
            started = subprocess.Popen(command, env=own, stdout=nothing, stderr=nothing)
            worker = stack.enter_context(started)
            stack.callback(worker.terminate)
            wait_for(Path(alive).exists)
        if where == "relay":
            services = Services.build(settings, database, {TASK.name: TASK}, no_observer)
            services.start()
            stack.callback(services.stop)
        time.sleep(2)
        committed: dict[UUID, float] = {}
        began = time.monotonic()
        for number in range(count):
            time.sleep(max(0.0, began + number / float(a_second) - time.monotonic()))
            with database.transaction() as session:
                run_id = Enqueue.within(session)(TASK, Nothing()).run_id
            committed[run_id] = time.clock_gettime(time.CLOCK_MONOTONIC)
        wait_for(lambda: len(file.read_text().splitlines()) >= count)
        lines = [line.split() for line in file.read_text().splitlines()]
    counted = list(committed)[WARM_UP:]
    at = {UUID(run_id): float(moment) for run_id, moment in lines}
    late = sorted((at[run_id] - committed[run_id]) * 1000 for run_id in counted)
    p99 = late[int(len(late) * 0.99)]
    print(json.dumps({"median_ms": round(statistics.median(late), 2), "p99_ms": round(p99, 2)}))


def wait_for(condition: Callable[[], object]) -> None:
    """Wait for a worker."""
    end = time.monotonic() + LONGEST_WAIT_SECONDS
    while not condition():
        if time.monotonic() > end:
            sys.exit("the worker did not start, or not all tasks have started")
        time.sleep(0.05)


if __name__ == "__main__":
    main()
