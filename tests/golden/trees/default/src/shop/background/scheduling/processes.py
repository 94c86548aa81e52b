"""Which schedulers run, and which schedules their code declares, for rolling deploys (S5, S18).

Processes do not wait for each other (S21): each writes its own row and skips locked rows.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.orm import Session

from ..host import limit_waits
from ..peers import Peers
from .models import SchedulerProcess, SchedulerStart

GONE_AFTER_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class OtherProcesses:
    """The jobs that the other processes declare."""

    declared: frozenset[tuple[str, str]] = frozenset()
    """Name and schedule, as text, of each job."""
    newer: frozenset[str] = frozenset()
    """Names of jobs that processes declare which started later; their schedules win."""


NO_OTHERS = OtherProcesses()


class Processes:
    """The other schedulers, as seen by one process."""

    def __init__(self, owner: str) -> None:
        """Prepare; `owner` is the name of this process."""
        self._owner = owner
        self._beats = self._number = 0
        self._peers = Peers(GONE_AFTER_SECONDS)

    def announce(
        self, session: Session, declared: Mapping[str, str], now: datetime
    ) -> OtherProcesses:
        """Write a beat and the declared jobs of this process; return those of the others."""
        limit_waits(session.connection())
        self._number = self._number or _next_number(session)
        self._beats += 1
        values = {"beats": self._beats, "seen_at": now, "declared": json.dumps(dict(declared))}
        mine = update(SchedulerProcess).where(SchedulerProcess.id.in_(_unlocked(self._owner)))
        session.execute(mine.values(values))
        if session.get(SchedulerProcess, self._owner) is None:
            new = insert(SchedulerProcess).values(id=self._owner, started=self._number, **values)
            session.execute(new)
        others, silent = self._read(session)
        if silent:
            _remove(session, *silent)
        return others

    def others(self, session: Session) -> OtherProcesses:
        """Return what the others declare now."""
        return self._read(session)[0]

    def _read(self, session: Session) -> tuple[OtherProcesses, set[str]]:
        rows = {row.id: row for row in session.scalars(select(SchedulerProcess))}
        rows.pop(self._owner, None)
        silent = self._peers.silent({name: row.beats for name, row in rows.items()}, monotonic())
        living = [row for name, row in rows.items() if name not in silent]
        mine_is = (self._number, self._owner)
        later = [row for row in living if (row.started, row.id) > mine_is]
        others = OtherProcesses(
            declared=frozenset(pair for row in living for pair in json.loads(row.declared).items()),
            newer=frozenset(name for row in later for name in json.loads(row.declared)),
        )
        return others, silent

    def leave(self, session: Session) -> None:
        """Delete the row of this process, which ends."""
        limit_waits(session.connection())
        _remove(session, self._owner)


def _unlocked(*owners: str) -> Select[str]:
    rows = select(SchedulerProcess.id).where(SchedulerProcess.id.in_(owners))
    return rows.with_for_update(skip_locked=True)


def _remove(session: Session, *owners: str) -> None:
    session.execute(delete(SchedulerProcess).where(SchedulerProcess.id.in_(_unlocked(*owners))))


def _next_number(session: Session) -> int:
    start = SchedulerStart()
    session.add(start)
    session.flush()
    older = select(SchedulerStart.number).where(SchedulerStart.number < start.number)
    unlocked = older.with_for_update(skip_locked=True)
    session.execute(delete(SchedulerStart).where(SchedulerStart.number.in_(unlocked)))
    return start.number
