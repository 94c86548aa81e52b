"""Background work: a ledger of runs in the database, and a runner in each process.

Files: `door` has the router that the application includes; its lifespan starts and stops the work.
`host` is the only file that imports from the service.
A task: `work` declares it, `retries` and `rates` say when it runs, `context` is its argument.
Queueing: `enqueue` from a request, `queueing` from anywhere, `batches` many. `scheduling` decides
when jobs are due.
The ledger: `models` has its table, `ledger` inserts runs, `candidates` and `claim` start them,
`settling` and `endings` record ends, `history` keeps earlier attempts, `cancelling` stops runs.
A process: `services` starts its parts. `runner` makes passes with its `intake`; an `attempt` calls
the function (`execution`) and classifies what comes of it (`outcomes`); `control` and `stopping`
are how the two talk meanwhile. `heartbeat` and `beats` show which processes live; `sweep` cleans up
after dead ones, `pruning` deletes what is old.
People: `routes`, `bulk` and `all_runs` show and change runs (`filters`, `listing`, `views`,
`changing`), `health` and `overdue` tell whether work goes on, `dead_letters` tells the service what
failed for good.
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
