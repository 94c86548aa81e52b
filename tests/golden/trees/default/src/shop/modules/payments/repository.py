"""Reads and writes `payments`, in the caller's transaction."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from .models import Payment
from .schemas import Order


@dataclass(frozen=True, slots=True)
class Repository:
    """The table, seen through one session."""

    session: Session

    def find(self, reference: str) -> Payment | None:
        """Give the row with this reference."""
        rows = select(Payment).where(Payment.reference == reference)
        return self.session.scalars(rows).one_or_none()

    def add(self, order: Order, charge_id: str) -> Payment:
        """Write a new row, or give the one that another request wrote for this reference."""
        new = insert(Payment).values(**order.model_dump(), charge_id=charge_id)
        self.session.execute(new.on_conflict_do_nothing(index_elements=["reference"]))
        rows = select(Payment).where(Payment.reference == order.reference)
        return self.session.scalars(rows).one()
