"""How many runs ended in each minute and how, so that nobody has to count rows for a chart.

`roll_up` counts them, when a minute has been over for a while.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Double,
    Select,
    case,
    cast,
    extract,
    func,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from .host import Base, UtcDateTime
from .models import ENDED, RUNS, State

MINUTE, UNCOUNTED, KEPT = timedelta(minutes=1), timedelta(minutes=10), timedelta(days=2)
MOST_READ = 10_000
"""So many runs are read at once, but a whole minute is."""


class Minute(Base):
    """The runs that ended so in one minute."""

    __tablename__ = "fastforge_minutes"

    minute: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    """Its beginning."""
    state: Mapped[State] = mapped_column(RUNS.c.state.type, primary_key=True)
    runs: Mapped[int]
    seconds: Mapped[float] = mapped_column(Double)
    """From start to end, of all of them together."""
    longest: Mapped[float] = mapped_column(Double)


class Counted(NamedTuple):
    """The same, of one minute or several; `minute` is the first. Rows of a chart need no object."""

    minute: datetime
    state: State
    runs: int
    seconds: float
    longest: float


MINUTES, RUN = Minute.metadata.tables[Minute.__tablename__], RUNS.c
KNOWN = MINUTES.c
BEGINNING = func.date_trunc(literal_column("'minute'"), RUN.finished_at)
TOOK = extract("epoch", RUN.finished_at - RUN.started_at)
SECONDS = case((RUN.finished_at > RUN.started_at, TOOK), else_=0.0)
COUNTS = (func.sum(1 + RUN.earlier), func.sum(SECONDS), func.max(SECONDS))
ENDS = select(type_coerce(BEGINNING, RUN.finished_at.type), RUN.state, *COUNTS)
ENDS = ENDS.group_by(BEGINNING, RUN.state)


def since(session: Session, moment: datetime, every: timedelta = MINUTE) -> list[Counted]:
    """Return the counted minutes that began after `moment`, oldest first.

    With a longer `every`, those of such a time are added up.
    """
    counts = func.sum(KNOWN.runs), func.sum(KNOWN.seconds), func.max(KNOWN.longest)
    newer = select(func.min(KNOWN.minute), KNOWN.state, *counts)
    newer = newer.where(KNOWN.minute > moment, KNOWN.runs > 0)
    period = cast(extract("epoch", KNOWN.minute), BigInteger) // int(every.total_seconds())
    by_period = newer.group_by(period, KNOWN.state).order_by(func.min(KNOWN.minute), KNOWN.state)
    return _read(session, by_period)


def uncounted(session: Session, now: datetime) -> list[Counted]:
    """Return the minutes that are not counted yet, of up to MOST_READ runs; add them to `since`."""
    start = max(first_uncounted(session, now), beginning(now - UNCOUNTED))
    ended = select(RUN.id).where(RUN.state.in_(ENDED), RUN.finished_at >= start).limit(MOST_READ)
    return _read(session, ENDS.where(RUN.id.in_(ended)))


def first_uncounted(session: Session, now: datetime) -> datetime:
    """Return the beginning of the first minute that is not counted."""
    counted = select(KNOWN.minute).where(KNOWN.state == State.SUCCEEDED, ~is_ahead(now))
    newest = session.scalar(counted.order_by(KNOWN.minute.desc()).limit(1))
    oldest = beginning(now - KEPT)
    return oldest if newest is None else max(oldest, newest + MINUTE)


def is_ahead(now: datetime) -> ColumnElement[bool]:
    """Match minutes that a clock counted that was ahead by more than UNCOUNTED."""
    return KNOWN.minute > now + UNCOUNTED


def beginning(moment: datetime) -> datetime:
    """Return the beginning of the minute."""
    return moment.replace(second=0, microsecond=0)


def _read(session: Session, ends: Select[*tuple[Any, ...]]) -> list[Counted]:
    return [Counted(*row) for row in session.execute(ends)]
