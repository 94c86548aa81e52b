"""Work outside the request: one ledger of runs, and a runner in each process that works it off.

`door` has the router that an application includes: its lifespan starts and stops the work. Only
`host` knows the service around it.

`models` is the ledger's table, `ledger`, `claim` and `sweep` are what is done to it, `heartbeat`
tells who lives, `runner` and `execution` run what was claimed, `work` declares a task, `enqueue`
accepts one from a request, `scheduling` says when jobs are due.
"""

from .door import router
from .enqueue import QUEUE_REFUSALS, Accepted, EnqueueDep
from .scheduling import Crontab, Daily, Every, Job, Once
from .work import RunContext, Task

__all__ = [
    "QUEUE_REFUSALS",
    "Accepted",
    "Crontab",
    "Daily",
    "EnqueueDep",
    "Every",
    "Job",
    "Once",
    "RunContext",
    "Task",
    "router",
]
