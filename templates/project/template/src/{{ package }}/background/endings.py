"""Records ends of runs, and what follows from them, in one transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from . import batches, ledger
from .claim import Claimed
from .execution import Outcome
from .models import State


def record(
    session: Session,
    ended: Sequence[tuple[Claimed, Outcome]],
    now: datetime,
    *,
    release: bool = True,
) -> dict[UUID, State]:
    """Record ends as `ledger.settle` does, and end the batches that are over."""
    recorded = ledger.settle(session, ended, now, release=release)
    batches.end(session, (run.batch_id for run, _ in ended), now)
    return recorded
