"""Decides what a request means: done, not found, in conflict. The repository is passed in."""

from uuid import NAMESPACE_OID, uuid4, uuid5

from ...web.errors import ConflictError, NotFoundError
from .models import Payment
from .repository import Repository
from .schemas import NewPayment, Order


def complete(new: NewPayment, currency: str, key: str | None) -> Order:
    """Add the usual `currency`, and a reference: the same one for the same `key`."""
    own = uuid4() if key is None else uuid5(NAMESPACE_OID, key)
    return Order(
        amount=new.amount,
        currency=new.currency or currency,
        reference=new.reference or str(own),
    )


def read(repository: Repository, reference: str) -> Payment:
    """Give one; raises NotFoundError."""
    row = repository.find(reference)
    if row is None:
        raise NotFoundError(f"no payment {reference}")
    return row


def earlier(repository: Repository, order: Order) -> Payment | None:
    """Give what was paid for this reference before; raises as `create` does."""
    row = repository.find(order.reference)
    return None if row is None else _same(row, order)


def create(repository: Repository, order: Order, charge_id: str) -> Payment:
    """Keep what was charged, once for each reference.

    Raises ConflictError when the reference was paid with another amount or currency.
    """
    return _same(repository.add(order, charge_id), order)


def _same(row: Payment, order: Order) -> Payment:
    if (row.amount, row.currency) != (order.amount, order.currency):
        raise ConflictError(f"{order.reference} was paid with another amount or currency")
    return row
