"""Up to when the due times of each job are in the ledger (S19).

The jobstore may lose what it has, as Redis does when it runs out of memory or is restored; this is
in the database, beside the ledger, and says from where due times have to be made up for. It never
goes back, not with the clock either: what was handled before is not handled again.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ..host import lock_ledger
from .models import HandledJob


def handled(session: Session) -> dict[str, datetime]:
    """Give the moment for each job that was ever scheduled and is still in the code."""
    return {job.name: job.until for job in session.scalars(select(HandledJob))}


def move(session: Session, until: Mapping[str, datetime]) -> None:
    """Say that all due times of jobs up to a moment are in the ledger."""
    lock_ledger(session.connection())  # two processes must not both insert
    known = handled(session)
    behind = [name for name in until if name in known and known[name] < until[name]]
    rows = select(HandledJob).where(HandledJob.name.in_(behind))
    unlocked = rows.with_for_update(skip_locked=True)  # nobody is waited for (S21)
    for job in session.scalars(unlocked):
        job.until = until[job.name]
    session.add_all(HandledJob(name=n, until=at) for n, at in until.items() if n not in known)


def forget(session: Session, names: Collection[str]) -> None:
    """Drop jobs that left the code: should they come back, they begin anew."""
    lock_ledger(session.connection())
    session.execute(delete(HandledJob).where(HandledJob.name.in_(names)))
