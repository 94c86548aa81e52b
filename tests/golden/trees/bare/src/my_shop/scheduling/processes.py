"""Which schedulers run, and which jobs their code declares: what a rolling deploy needs (S5)."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from .models import SchedulerProcess

GONE_AFTER = timedelta(seconds=30)


def announce(
    session: Session, owner: str, declared: Mapping[str, str], now: datetime
) -> set[tuple[str, str]]:
    """Say that this process lives and what it declares; give what the others declare.

    Both as (name, text of the schedule).
    """
    session.execute(delete(SchedulerProcess).where(SchedulerProcess.seen_at < now - GONE_AFTER))
    session.merge(SchedulerProcess(id=owner, seen_at=now, declared=json.dumps(dict(declared))))
    others = select(SchedulerProcess.declared).where(SchedulerProcess.id != owner)
    return {pair for text in session.scalars(others) for pair in json.loads(text).items()}


def leave(session: Session, owner: str) -> None:
    """Say that this process ends."""
    session.execute(delete(SchedulerProcess).where(SchedulerProcess.id == owner))
