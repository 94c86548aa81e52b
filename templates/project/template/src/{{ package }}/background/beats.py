"""The table of runner processes: which of them still count their beats (S2, S17).

Call these functions under the ledger lock: a claim and a sweep must not happen at the same time.
"""

import os
import socket
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import String, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from .host import VERSION, Base, UtcDateTime
from .models import Run

NO_ROW = -1
"""The beats of a process that holds runs but has no row in the table."""


class RunnerProcess(Base):
    """A process that runs work. It counts its beats, so clocks need not agree (S17)."""

    __tablename__ = "fastforge_runner_processes"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    beats: Mapped[int]
    host: Mapped[str] = mapped_column(String(255))
    pid: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """The time of its last beat by its own clock: for people only, as the rest."""
    version: Mapped[str] = mapped_column(String(64), server_default="")
    engine: Mapped[str] = mapped_column(String(16), server_default="")
    threads: Mapped[int] = mapped_column(server_default="0")


def beat(  # noqa: PLR0913, PLR0917
    session: Session,
    owner: str,
    count: int,
    started_at: datetime,
    now: datetime,
    kind: tuple[str, int] = ("inprocess", 0),
) -> None:
    """Record a beat of `owner`; add its row again if others have removed it.

    `kind` is the engine and the number of threads.
    """
    if session.get(RunnerProcess, owner) is None:
        here = {"host": socket.gethostname(), "pid": os.getpid(), "version": VERSION}
        here |= {"engine": kind[0], "threads": kind[1]}
        moments = {"started_at": started_at, "seen_at": now}
        session.add(RunnerProcess(id=owner, beats=count, **here, **moments))
        return
    # Skip the row if it is locked. Others skip a locked row too, so they do not call it dead.
    row = select(RunnerProcess.id).where(RunnerProcess.id == owner)
    mine = update(RunnerProcess).where(RunnerProcess.id.in_(row.with_for_update(skip_locked=True)))
    session.execute(mine.values(beats=count, seen_at=now))


def beats_of_others(session: Session, owner: str) -> dict[str, int]:
    """Return the beats of all other processes; NO_ROW for those that hold runs without a row."""
    holders = session.scalars(select(Run.held_by).where(Run.held_by > "").distinct())
    beats: dict[str, int] = {holder: NO_ROW for holder in holders if holder is not None}
    counts = session.execute(select(RunnerProcess.id, RunnerProcess.beats))
    beats |= dict(counts.all())
    beats.pop(owner, None)
    return beats


def remove_silent(session: Session, silent: Collection[str]) -> set[str]:
    """Delete the rows of silent processes; return the processes that have no row now.

    A locked row stays: its process may be writing a beat.
    """
    if not silent:
        return set()
    rows = select(RunnerProcess.id).where(RunnerProcess.id.in_(silent))
    locked = rows.with_for_update(skip_locked=True)
    session.execute(delete(RunnerProcess).where(RunnerProcess.id.in_(locked)))
    return set(silent) - set(session.scalars(rows))


def leave(session: Session, owner: str) -> None:
    """Delete the row of this process, which ends."""
    session.execute(delete(RunnerProcess).where(RunnerProcess.id == owner))
