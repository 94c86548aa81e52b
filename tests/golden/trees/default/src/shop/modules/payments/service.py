"""Makes payments: once for each reference, however often and wherever it is asked for."""

from ...database import Database
from ...web.errors import ConflictError, NotFoundError
from . import repository
from .gateway import Gateway
from .models import Payment
from .schemas import NewPayment


def make_payment(order: NewPayment, database: Database, gateway: Gateway) -> Payment:
    """Charge and remember `order`, or give the payment that its reference has made before.

    No transaction is open while the gateway works: it may take long, and it would hold up others.
    Should we stop right after the charge, the same request again finds it at the gateway.
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
    """Give the payment with this reference; raises NotFoundError."""
    with database.snapshot() as session:
        payment = repository.find(session, reference)
    if payment is None:
        raise NotFoundError(f"no payment {reference}")
    return payment
