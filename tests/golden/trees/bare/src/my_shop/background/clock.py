"""What a step of the wall clock must not do: pass unseen, or put off work (S17).

A run waits by the clock of whoever made it available. If that clock was ahead, of ours or of what
ours was before it was set back, the wait is counted again from now; appointments stay as they are.
"""

import logging
import threading
import time
from datetime import datetime
from time import monotonic

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from .models import Run, State

logger = logging.getLogger(__name__)

SMALLEST_SECONDS = 2.0
"""Less than that is how clocks are kept right."""
SHOWN_SECONDS = 3600.0
MADE_UP_AT_ONCE = 1000


class WallClock:
    """Compares the wall clock with the one that only goes forward."""

    def __init__(self) -> None:
        """Take the clock as it is."""
        self._lock = threading.Lock()
        self._ahead = _ahead()
        self._last: tuple[str, float] | None = None

    def look(self) -> str:
        """Log a step since the last look; tell the newest one for an hour, else nothing."""
        with self._lock:
            before, self._ahead = self._ahead, _ahead()
            step = self._ahead - before
            if abs(step) > SMALLEST_SECONDS:
                way = "forward, or the machine slept," if step > 0 else "back"
                told = f"the clock was set {way} by {abs(step):.0f} s"
                logger.warning("%s", told)
                self._last = f"{told}, now {time.strftime('%Y-%m-%d %H:%M:%S')}", monotonic()
            if self._last is None or monotonic() - self._last[1] > SHOWN_SECONDS:
                return ""
            return self._last[0]


def _ahead() -> float:
    while True:  # a process that is stopped between two looks at two clocks would see a step
        before = monotonic()
        wall = time.time()
        if monotonic() - before < SMALLEST_SECONDS / 2:
            return wall - before


def make_up(session: Session, now: datetime) -> None:
    """Let work start at once, or after the wait it asked for, that was made in our future.

    What is due at a later moment of its own is not touched before its first attempt.
    """
    later = and_(Run.state == State.QUEUED, Run.available_at > now)
    at_once = or_(Run.available_at <= Run.created_at, Run.available_at <= Run.started_at)
    session.execute(update(Run).where(later, at_once).values(available_at=now))
    asked_now = and_(Run.created_at > now, Run.due_at <= Run.created_at)
    waits = select(Run).where(later, or_(asked_now, Run.started_at > now)).limit(MADE_UP_AT_ONCE)
    for run in session.scalars(waits.with_for_update(skip_locked=True)):
        since = max(run.created_at, run.started_at or run.created_at)
        run.available_at -= since - now
        run.created_at = min(run.created_at, now)
        run.started_at = run.started_at and min(run.started_at, now)
