"""What ended in the last 24 hours, by quarters of an hour: how many, how, and how long it took."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from ...background.minutes import Counted, since, uncounted
from ...background.models import DEAD_LETTERS, State

MINUTES = 15
QUARTER = timedelta(minutes=MINUTES)
QUARTERS = 96


class Outcome(StrEnum):
    """How runs ended, in few words; `other` were cancelled or not run."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    OTHER = "other"

    @classmethod
    def of(cls, state: State) -> "Outcome":
        """Return that of a final state."""
        known = dict.fromkeys(DEAD_LETTERS, cls.FAILED) | {State.SUCCEEDED: cls.SUCCEEDED}
        return known.get(state, cls.OTHER)


@dataclass(slots=True)
class Quarter:
    """What ended in a quarter of an hour; the times are of runs that succeeded or failed."""

    begin: datetime
    runs: Counter[Outcome] = field(default_factory=Counter)
    seconds: float = 0
    longest: float = 0

    def add(self, ended: Counted) -> None:
        """Add what ended in a part of it."""
        outcome = Outcome.of(ended.state)
        self.runs[outcome] += ended.runs
        if outcome is not Outcome.OTHER:
            self.seconds += ended.seconds
            self.longest = max(self.longest, ended.longest)

    @property
    def mean(self) -> float:
        """The mean time of a run in seconds; 0 without a run."""
        ran = self.runs[Outcome.SUCCEEDED] + self.runs[Outcome.FAILED]
        return self.seconds / ran if ran else 0

    @property
    def rate(self) -> float:
        """How many ended a minute."""
        return self.runs.total() / MINUTES


def last_day(session: Session, now: datetime) -> Sequence[Quarter]:
    """Return the quarters of the last 24 hours, oldest first; the newest may not be over."""
    newest = now.replace(minute=now.minute // MINUTES * MINUTES, second=0, microsecond=0)
    quarters = [Quarter(newest - index * QUARTER) for index in reversed(range(QUARTERS))]
    oldest = quarters[0].begin
    counted = since(session, oldest - timedelta(seconds=1), QUARTER)
    for ended in (*counted, *uncounted(session, now)):
        quarters[min((ended.minute - oldest) // QUARTER, QUARTERS - 1)].add(ended)
    return quarters
