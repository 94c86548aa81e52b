"""How long it takes from the start of the first of so many tasks to the start of the last.

The same lines run in each peer and in the generated projects. The times are kept in the memory of
the worker, so that noting them costs next to nothing. Who starts the last task writes the seconds
to a file, and those of CPU that the process took meanwhile.
"""

import os
import time
from itertools import count
from pathlib import Path

COUNT = int(os.environ.get("NOOP_COUNT", "0"))
FILE = Path(os.environ.get("NOOP_FILE", ""))
_numbers = count(1)  # a thread at a time gets the next one
_starts: list[tuple[float, float]] = []


def note() -> None:
    """Note that a task starts."""
    now = time.perf_counter()
    number = next(_numbers)
    if number == 1:
        _starts.append((now, time.process_time()))
    elif number == COUNT:
        part = FILE.with_suffix(".part")
        began, cpu = _starts[0]
        part.write_text(f"{now - began} {time.process_time() - cpu}")
        part.rename(FILE)


def note_late(sent: float) -> None:
    """Append how many seconds after that moment a task starts, whatever other threads do."""
    seconds = time.monotonic() - sent
    handle = os.open(os.environ["LATE_FILE"], os.O_APPEND | os.O_CREAT | os.O_WRONLY)
    os.write(handle, f"{seconds}\n".encode())
    os.close(handle)
