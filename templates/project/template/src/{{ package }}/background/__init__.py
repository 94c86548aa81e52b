"""Work outside the request: one ledger of runs, and a runner in each process that works it off.

`models` is the ledger's table, `ledger`, `claim` and `sweep` are what is done to it, `heartbeat`
tells who lives, `runner` and `execution` run what was claimed, `work` declares a task, `enqueue`
accepts one from a request.
"""

from .enqueue import QUEUE_REFUSALS, Accepted, EnqueueDep
from .work import RunContext, Task

__all__ = ["QUEUE_REFUSALS", "Accepted", "EnqueueDep", "RunContext", "Task"]
