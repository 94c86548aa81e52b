"""The table of the processes that run what is queued: who counts on, and who is gone (S2, S17).

All of it goes on under the lock of the ledger: who claims and who sweeps must not be two.
"""

import os
import socket
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from .models import Run, RunnerProcess

NO_ROW = -1
"""What stands for the beats of a process that holds runs but is not in the table."""


def beat(session: Session, owner: str, count: int, started_at: datetime, now: datetime) -> None:
    """Say that `owner` lives; who was given up meanwhile is back in the table."""
    if session.get(RunnerProcess, owner) is None:
        here = {"host": socket.gethostname(), "pid": os.getpid()}
        moments = {"started_at": started_at, "seen_at": now}
        session.add(RunnerProcess(id=owner, beats=count, **here, **moments))
        return
    # A row that somebody has locked is left alone: it is not taken for dead meanwhile either.
    row = select(RunnerProcess.id).where(RunnerProcess.id == owner)
    mine = update(RunnerProcess).where(RunnerProcess.id.in_(row.with_for_update(skip_locked=True)))
    session.execute(mine.values(beats=count, seen_at=now))


def of_others(session: Session, owner: str) -> dict[str, int]:
    """Give the beats of each process but `owner`, and NO_ROW for each other that holds runs."""
    holders = session.scalars(select(Run.held_by).where(Run.held_by > "").distinct())
    beats: dict[str, int] = {holder: NO_ROW for holder in holders if holder is not None}
    counts = session.execute(select(RunnerProcess.id, RunnerProcess.beats))
    beats |= dict(counts.all())
    beats.pop(owner, None)
    return beats


def bury(session: Session, silent: Collection[str]) -> set[str]:
    """Take silent processes out of the table; give those that are gone, the ones never in it too.

    One whose row is locked is not: it may be about to beat.
    """
    rows = select(RunnerProcess.id).where(RunnerProcess.id.in_(silent))
    locked = rows.with_for_update(skip_locked=True)
    session.execute(delete(RunnerProcess).where(RunnerProcess.id.in_(locked)))
    return set(silent) - set(session.scalars(rows))


def leave(session: Session, owner: str) -> None:
    """Say that this process ends."""
    session.execute(delete(RunnerProcess).where(RunnerProcess.id == owner))
