"""Background work: a ledger of runs in the database, and a runner in each process.

Files: `door` has the router that the application includes; its lifespan starts and stops the work.
`host` is the only file that imports from the service. `models` has the tables. `ledger`, `claim`
and `sweep` change them. `heartbeat` shows which processes live. `runner` and `execution` run what
was claimed. `work` declares a task, `enqueue` accepts one from a request, `scheduling` decides when
jobs are due.
"""

from .accepted import Accepted, AcceptedMany
from .cancelling import cancel
from .context import RunContext
from .dead_letters import DeadLetter
from .door import router
from .enqueue import QUEUE_REFUSALS, EnqueueDep, IdempotencyKey
from .queueing import Enqueue
from .retries import RetryLater
from .scheduling import Crontab, Daily, Every, Job, Once
from .work import Task

__all__ = [
    "QUEUE_REFUSALS",
    "Accepted",
    "AcceptedMany",
    "Crontab",
    "Daily",
    "DeadLetter",
    "Enqueue",
    "EnqueueDep",
    "Every",
    "IdempotencyKey",
    "Job",
    "Once",
    "RetryLater",
    "RunContext",
    "Task",
    "cancel",
    "router",
]
