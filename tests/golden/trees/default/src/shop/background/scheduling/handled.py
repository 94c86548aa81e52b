"""Stores for each job the moment until which its due times are in the ledger (S19).

The jobstore can lose data, such as a Redis that runs out of memory or is restored. This table is in
the database, beside the ledger, and tells which due times are missing then. The moment never moves
back, even if the clock does, so no due time is recorded twice.
"""

import logging
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from .models import HandledJob

logger = logging.getLogger(__name__)

CLOCKS_DIFFER = timedelta(minutes=1)
"""Clocks of machines differ by no more than this, unless one was set back."""


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


class ClockWatch:
    """Warns when the clock was set back: jobs wait until it reaches what was recorded before."""

    def __init__(self) -> None:
        """Nothing was set back."""
        self._warned = False

    def check(self, until: Mapping[str, datetime]) -> None:
        """Warn, but not again while it is so."""
        limit = datetime.now(UTC) + CLOCKS_DIFFER
        ahead = {name: at for name, at in until.items() if at > limit}
        if ahead and not self._warned:
            text = "the clock was set back: %s wait until it is %s again, as all before is done"
            logger.warning(text, ", ".join(sorted(ahead)), max(ahead.values()))
        self._warned = bool(ahead)
