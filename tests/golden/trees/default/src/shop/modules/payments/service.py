"""Makes payments: one for each reference, in all processes."""

from uuid import NAMESPACE_OID, uuid4, uuid5

from ...database import Database
from ...web.errors import ConflictError, NotFoundError
from . import repository
from .gateway import Gateway
from .models import Payment
from .schemas import NewPayment, PaymentRequest


def complete(request: PaymentRequest, currency: str, key: str | None) -> NewPayment:
    """Add the usual `currency`, and a reference: the same one for the same `key`."""
    own = uuid4() if key is None else uuid5(NAMESPACE_OID, key)
    return NewPayment(
        amount=request.amount,
        currency=request.currency or currency,
        reference=request.reference or str(own),
    )


def make_payment(order: NewPayment, database: Database, gateway: Gateway) -> Payment:
    """Charge and store `order`, or return the earlier payment of its reference.

    No transaction is open during the call of the gateway: it may take long and would block others.
    If the process ends right after the charge, the caller sends the request again, and the gateway
    does not charge twice.
    Raises ConflictError when the reference was paid with another amount or currency.
    """
    with database.snapshot() as session:
        payment = repository.find(session, order.reference)
    if payment is None:
        charge_id = gateway.charge(order)
        with database.transaction() as session:
            payment = repository.add(session, order, charge_id)
    if (payment.amount, payment.currency) != (order.amount, order.currency):
        raise ConflictError(f"{order.reference} was paid with another amount or currency")
    return payment


def read_payment(reference: str, database: Database) -> Payment:
    """Return the payment with this reference; raises NotFoundError."""
    with database.snapshot() as session:
        payment = repository.find(session, reference)
    if payment is None:
        raise NotFoundError(f"no payment {reference}")
    return payment
