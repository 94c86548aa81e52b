"""From before the send of a single task to its first line.

`single.py MODULE TASKS TASKS_A_SECOND WORKER...`
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

LONGEST_WAIT_SECONDS = 60
WARM_UP = 20


def main() -> None:
    """Print the median and the 99th percentile."""
    module, tasks, a_second, *command = sys.argv[1:]
    count = int(tasks) + WARM_UP
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "late")
        file.touch()
        os.environ["LATE_FILE"] = str(file)
        nothing = subprocess.DEVNULL
        with (
            import_module(module).sending() as send,
            subprocess.Popen(command, stdout=nothing, stderr=nothing) as worker,
        ):
            try:
                send(time.monotonic())
                wait_for(file, 1)
                began = time.monotonic()
                for number in range(count):
                    time.sleep(max(0.0, began + number / float(a_second) - time.monotonic()))
                    send(time.monotonic())
                wait_for(file, count + 1)
            finally:
                worker.kill()
        late = sorted(float(line) * 1000 for line in file.read_text().splitlines()[WARM_UP:])
    p99 = late[int(len(late) * 0.99)]
    print(json.dumps({"median_ms": round(statistics.median(late), 2), "p99_ms": round(p99, 2)}))


def wait_for(file: Path, lines: int) -> None:
    """Wait for a worker."""
    end = time.monotonic() + LONGEST_WAIT_SECONDS
    while len(file.read_text().splitlines()) < lines:
        if time.monotonic() > end:
            sys.exit("the worker did not start so many tasks")
        time.sleep(0.05)


if __name__ == "__main__":
    main()
