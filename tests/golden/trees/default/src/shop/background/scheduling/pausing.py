"""Pauses jobs in all processes, also after restarts: their due times pass without runs."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ..host import lock_ledger
from .models import PausedJob


def pause(session: Session, name: str) -> None:
    """Pause a job."""
    lock_ledger(session.connection())  # a concurrent pause or resume waits
    session.merge(PausedJob(name=name, paused_at=datetime.now(UTC)))


def resume(session: Session, name: str) -> None:
    """Run a job at its due times again."""
    lock_ledger(session.connection())
    session.execute(delete(PausedJob).where(PausedJob.name == name))


def paused(session: Session) -> Mapping[str, datetime]:
    """Return the paused jobs, by name, and since when they are."""
    return {job.name: job.paused_at for job in session.scalars(select(PausedJob))}
