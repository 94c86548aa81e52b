"""What there is now: how many runs wait, run and failed, and the newest dead letters."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...background.filters import Filter
from ...background.listing import MOST_COUNTED, counted
from ...background.models import DEAD_LETTERS, IS_DEAD, Run, State

MOST_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Count:
    """A number of runs, which is cut off if there are more, and the filter of their list."""

    title: str
    which: Filter
    number: int
    more: bool

    def __str__(self) -> str:
        return f"more than {self.number:,}" if self.more else f"{self.number:,}"

    @property
    def query(self) -> dict[str, object]:
        """The filter, in the URL of the list."""
        return self.which.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def counts(session: Session, now: datetime) -> Iterator[Count]:
    """Count what waits, runs and failed, up to MOST_COUNTED of each."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    waiting = Filter.model_validate({"state": DEAD_LETTERS, "dismissed": False})
    filters = {
        "waiting": {"state": [State.QUEUED]},
        "scheduled for later": {"state": [State.SCHEDULED]},
        "running": {"state": [State.RUNNING]},
        "failed, due today (UTC)": {"state": DEAD_LETTERS, "from": midnight},
    }
    for title, fields in filters.items():
        which = Filter.model_validate(fields)
        yield Count(title, which, *counted(session, which, MOST_COUNTED))
    dead = select(Run.finished_at).where(IS_DEAD).limit(MOST_COUNTED + 1).subquery()
    number = session.scalar(select(func.count()).select_from(dead)) or 0
    yield Count("dead letters", waiting, min(number, MOST_COUNTED), number > MOST_COUNTED)


def newest_dead_letters(session: Session) -> Sequence[Run]:
    """Return the runs that failed for good and wait for an operator, newest first."""
    newest = select(Run).where(IS_DEAD).order_by(Run.finished_at.desc())
    return session.scalars(newest.limit(MOST_SHOWN)).all()
