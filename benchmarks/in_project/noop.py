"""A task that does nothing: copied into `tasks/` of a project, for `benchmarks/peers.py`."""

from pydantic import BaseModel
from shop.background import RunContext, Task
from shop.tasks._noted import note


class Nothing(BaseModel):
    """A payload."""


def noop(_payload: Nothing, _context: RunContext) -> None:
    """Do nothing."""
    note()


TASK = Task(name="noop", payload=Nothing, function=noop)
