"""`RunContext`, the argument of the function of each job and task."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from .accepted import AcceptedMany
from .batch_report import BatchReport, report
from .control import LONGEST_NOTE, Control, Progress
from .host import Database, Settings
from .ledger import Then
from .queueing import Enqueue, Other, Payload
from .work import Task


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

    def enqueue_many(  # noqa: PLR0913
        self,
        task: Task[Payload],
        payloads: Iterable[Payload],
        *,
        delay: timedelta = timedelta(0),
        at: datetime | None = None,
        priority: int | None = None,
        key: str | None = None,
        then: Then[Other] | None = None,
    ) -> AcceptedMany:
        """Queue many tasks: `context.enqueue_many(TASK, payloads, then=(OTHER, payload))`."""
        many = self.enqueue.many
        return many(task, payloads, delay=delay, at=at, priority=priority, key=key, then=then)

    def batch(self) -> BatchReport:
        """Return what did not succeed of the batch, or run, that this run follows by `then`."""
        with self.database.snapshot() as session:
            return report(session, self.run_id)
