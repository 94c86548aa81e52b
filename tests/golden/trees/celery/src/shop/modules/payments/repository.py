"""Reads and writes payments; works in the caller's transaction."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from .models import Payment
from .schemas import NewPayment


def find(session: Session, reference: str) -> Payment | None:
    """Return the payment with this reference."""
    return session.scalars(select(Payment).where(Payment.reference == reference)).one_or_none()


def add(session: Session, order: NewPayment, charge_id: str) -> Payment:
    """Store a charge, or return the payment that another request stored for it before."""
    row = insert(Payment).values(
        **order.model_dump(), charge_id=charge_id, created_at=datetime.now(UTC)
    )
    session.execute(row.on_conflict_do_nothing(index_elements=["reference"]))
    return session.scalars(select(Payment).where(Payment.reference == order.reference)).one()
