"""The processes that record due times; `background.workers` knows those that run work."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...background.scheduling.models import SchedulerProcess
from ...background.scheduling.processes import GONE_AFTER_SECONDS


@dataclass(frozen=True, slots=True)
class SchedulerFacts:
    """A running scheduler; `silent` compares the clocks of two machines, as that of a worker."""

    id: str
    jobs: int
    seen_at: datetime
    silent: bool


def schedulers(session: Session, now: datetime) -> Iterator[SchedulerFacts]:
    """Give the schedulers of all processes, oldest first."""
    last = now - timedelta(seconds=GONE_AFTER_SECONDS)
    for row in session.scalars(select(SchedulerProcess).order_by(SchedulerProcess.started)):
        yield SchedulerFacts(row.id, len(json.loads(row.declared)), row.seen_at, row.seen_at < last)
