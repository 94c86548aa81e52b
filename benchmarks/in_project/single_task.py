"""A task that says when it starts: copied into `tasks/` of a project, for `engines.py`."""

import os
import time

from pydantic import BaseModel
from shop.background import RunContext, Task


class Nothing(BaseModel):
    """A payload."""


def single(_payload: Nothing, context: RunContext) -> None:
    """Append one line, whatever other threads do; the clock is the same in all processes."""
    now = time.clock_gettime(time.CLOCK_MONOTONIC)
    handle = os.open(os.environ["SINGLE_FILE"], os.O_APPEND | os.O_CREAT | os.O_WRONLY)
    os.write(handle, f"{context.run_id} {now}\n".encode())
    os.close(handle)


TASK = Task(name="single", payload=Nothing, function=single)
