"""What was in a batch: for the run that follows it, and for a client that asks for it again."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from .batches import Batch
from .models import Run, State

MOST_SHOWN = 1000


@dataclass(frozen=True, slots=True)
class Part:
    """A run of the batch that did not succeed."""

    id: UUID
    state: State
    error: str | None
    payload: str | None


@dataclass(frozen=True, slots=True)
class BatchReport:
    """How many runs there were, how many did not succeed, and up to MOST_SHOWN of these."""

    total: int
    unsuccessful: int
    parts: list[Part]


def report(session: Session, run_id: UUID) -> BatchReport:
    """Tell how the batch ended that the run follows; of nothing if it follows none."""
    batch = session.get(Batch, run_id)  # a run has the id of the batch that it follows
    bad = Run.batch_id == run_id, Run.state != State.SUCCEEDED
    count = session.scalar(select(func.count()).where(*bad)) or 0
    shown = select(Run.id, Run.state, Run.error, Run.payload).where(*bad).limit(MOST_SHOWN)
    parts = [Part(*row) for row in session.execute(shown)]
    return BatchReport(batch.total if batch else 0, count, parts)


def has(session: Session, batch_id: UUID | None, payloads: Sequence[str]) -> bool:
    """Tell whether a batch has these payloads, as far as its runs are still there."""
    there = Counter(session.scalars(select(Run.payload).where(Run.batch_id == batch_id)))
    total = session.scalar(select(Batch.total).where(Batch.id == batch_id))
    return total == len(payloads) and there <= Counter[str | None](payloads)
