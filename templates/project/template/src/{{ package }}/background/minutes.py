"""How many runs ended in each minute and how, so that nobody has to count rows for a chart."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Double, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from .host import Base, UtcDateTime
from .models import RUNS, State


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


def since(session: Session, moment: datetime) -> Sequence[Minute]:
    """Return the minutes that began after `moment`, oldest first."""
    newer = select(Minute).where(Minute.minute > moment)
    return session.scalars(newer.order_by(Minute.minute, Minute.state)).all()
