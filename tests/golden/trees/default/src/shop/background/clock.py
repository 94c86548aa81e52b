"""Notices steps of the wall clock, and corrects waits that a wrong clock made too long (S17).

`available_at` comes from the clock of the process that queued the run. If that clock was ahead, or
this one was set back, the wait starts again from now. Due times of jobs are not changed.
"""

import logging
import threading
import time
from datetime import datetime
from time import monotonic

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from .models import HEAD_START_SECONDS, UNFINISHED, Run, State, place

logger = logging.getLogger(__name__)

SMALLEST_SECONDS = 2.0
"""Smaller steps are normal corrections of a clock."""
SHOWN_SECONDS = 3600.0
CORRECTED_AT_ONCE = 1000


class WallClock:
    """Compares the wall clock with the monotonic clock, which cannot be set."""

    def __init__(self) -> None:
        """Remember the present difference of the two clocks."""
        self._lock = threading.Lock()
        self._difference = _clock_difference()
        self._last_step: tuple[str, float] | None = None

    def check(self) -> str:
        """Log a step since the last call; return the newest step for an hour, else nothing."""
        with self._lock:
            before, self._difference = self._difference, _clock_difference()
            step = self._difference - before
            if abs(step) > SMALLEST_SECONDS:
                way = "forward, or the machine slept," if step > 0 else "back"
                step_text = f"the clock was set {way} by {abs(step):.0f} s"
                logger.warning("%s", step_text)
                self._last_step = (
                    f"{step_text}, now {time.strftime('%Y-%m-%d %H:%M:%S')}",
                    monotonic(),
                )
            if self._last_step is None or monotonic() - self._last_step[1] > SHOWN_SECONDS:
                return ""
            return self._last_step[0]


def _clock_difference() -> float:
    while True:  # again if the process was stopped between reading the two clocks
        before = monotonic()
        wall = time.time()
        if monotonic() - before < SMALLEST_SECONDS / 2:
            return wall - before


def correct_waits(session: Session, now: datetime) -> None:
    """Correct `available_at` of runs that were queued by a clock that is ahead of this one.

    Runs that are due at a later time are not changed before their first attempt.
    """
    later = and_(Run.state == State.QUEUED, UNFINISHED, Run.available_at > now)
    at_once = or_(Run.available_at <= Run.created_at, Run.available_at <= Run.started_at)
    now_first = now.timestamp() - Run.priority * HEAD_START_SECONDS
    session.execute(update(Run).where(later, at_once).values(available_at=now, place=now_first))
    asked_now = and_(Run.created_at > now, Run.due_at <= Run.created_at)
    waits = select(Run).where(later, or_(asked_now, Run.started_at > now)).limit(CORRECTED_AT_ONCE)
    for run in session.scalars(waits.with_for_update(skip_locked=True)):
        since = max(run.created_at, run.started_at or run.created_at)
        run.available_at -= since - now
        run.place = place(run.available_at, run.priority)
        run.created_at = min(run.created_at, now)
        run.started_at = run.started_at and min(run.started_at, now)
