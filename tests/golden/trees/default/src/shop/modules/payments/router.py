"""`/payments`: make a payment, read a payment."""

from http import HTTPStatus

from ...background import IdempotencyKey
from ...database import DatabaseDep
from ...settings import SettingsDep
from ...web.refusals import BODY_REFUSALS, refusals
from ...web.routing import Router
from ...web.security import ClientDep, ClientOnly
from . import service
from .dependencies import GatewayDep, open_client
from .models import Payment
from .schemas import PaymentRequest, PaymentView, Reference

router = Router(
    prefix="/payments",
    tags=["payments"],
    dependencies=[ClientOnly],
    responses=refusals(401),
    lifespan=open_client,
)


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    response_model=PaymentView,
    responses=BODY_REFUSALS | refusals(402, 409, 503),
)
def make_payment(  # noqa: PLR0913, PLR0917
    request: PaymentRequest,
    database: DatabaseDep,
    gateway: GatewayDep,
    settings: SettingsDep,
    client: ClientDep,
    idempotency_key: IdempotencyKey = None,
) -> Payment:
    """Charge a payment; 402 if it is refused, 503 if the result is unknown.

    Send it again with the same reference or Idempotency-Key: it is charged once.
    """
    key = None if idempotency_key is None else f"{client} {idempotency_key}"
    order = service.complete(request, settings.payment_currency, key)
    return service.make_payment(order, database, gateway)


@router.get("/{reference}", response_model=PaymentView, responses=refusals(404))
def read_payment(reference: Reference, database: DatabaseDep) -> Payment:
    """Read a payment that was made."""
    return service.read_payment(reference, database)
