"""Stores for each job the moment until which its due times are in the ledger (S19).

The jobstore can lose data, such as a Redis that runs out of memory or is restored. This table is in
the database, beside the ledger, and tells which due times are missing then. The moment never moves
back, even if the clock does, so no due time is recorded twice.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from .models import HandledJob


def handled(session: Session) -> dict[str, datetime]:
    """Return the moment for each job that was scheduled and is still in the code."""
    return {job.name: job.until for job in session.scalars(select(HandledJob))}


def advance(session: Session, until: Mapping[str, datetime]) -> None:
    """Record that all due times of jobs up to a moment are in the ledger.

    Call it under the ledger lock: only one process may insert.
    """
    known = handled(session)
    behind = [name for name in until if name in known and known[name] < until[name]]
    rows = select(HandledJob).where(HandledJob.name.in_(behind))
    unlocked = rows.with_for_update(skip_locked=True)  # do not wait for other processes (S21)
    for job in session.scalars(unlocked):
        job.until = until[job.name]
    session.add_all(HandledJob(name=n, until=at) for n, at in until.items() if n not in known)


def forget(session: Session, names: Collection[str]) -> None:
    """Delete jobs that are no longer in the code; if they return, they start again from then.

    Call it under the ledger lock.
    """
    session.execute(delete(HandledJob).where(HandledJob.name.in_(names)))
