"""`RunContext`, the argument of the function of each job and task."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from .accepted import AcceptedMany
from .batch_report import BatchReport, report
from .control import LONGEST_NOTE, Control, Progress
from .host import Database, Settings
from .queueing import Enqueue


@dataclass(frozen=True, slots=True)
class RunContext:
    """What a run knows of itself: `attempt` counts from 1, `due_at` never changes.

    `enqueue` queues a task in the transaction that is open here (`with database.transaction()`),
    so a rollback removes it; without one, at once.
    """

    run_id: UUID
    name: str
    attempt: int
    due_at: datetime
    settings: Settings
    database: Database
    control: Control = field(default_factory=Control, repr=False, compare=False)

    def progress(self, done: float, total: float | None = None, note: str = "") -> None:
        """Report how far the run is; of more reports in a second, the newest is written."""
        storable = note.encode(errors="backslashreplace").decode()
        self.control.report(Progress(done=done, total=total, note=storable[:LONGEST_NOTE]))

    @property
    def cancelled(self) -> bool:
        """Whether the run was cancelled: a function that takes long looks, and returns early."""
        return self.control.stop.look()

    @property
    def enqueue(self) -> Enqueue:
        """Queue a task: `context.enqueue(TASK, payload)`, or many: `context.enqueue.many`."""
        return Enqueue(self.database.joined)

    @property
    def enqueue_many(self) -> Callable[..., AcceptedMany]:
        """Queue many tasks: `context.enqueue_many(TASK, payloads, then=(OTHER, payload))`."""
        return self.enqueue.many

    def batch(self) -> BatchReport:
        """Return what did not succeed of the batch, or run, that this run follows by `then`."""
        with self.database.snapshot() as session:
            return report(session, self.run_id)
