"""`/payments`: make, look at."""

from http import HTTPStatus

from fastapi import APIRouter

from ...background import IdempotencyKey
from ...database import DatabaseDep, ReadSessionDep
from ...settings import SettingsDep
from ...web.refusals import BODY_REFUSALS, refusals
from ...web.security import ClientDep, ClientOnly
from . import service
from .gateway import GatewayDep, open_client
from .repository import Repository
from .schemas import NewPayment, PaymentView, Reference

router = APIRouter(
    prefix="/payments",
    tags=["payments"],
    dependencies=[ClientOnly],
    responses=refusals(401),
    lifespan=open_client,
)


@router.post("", status_code=HTTPStatus.CREATED, responses=BODY_REFUSALS | refusals(402, 409, 503))
def create(  # noqa: PLR0913, PLR0917
    new: NewPayment,
    database: DatabaseDep,
    gateway: GatewayDep,
    settings: SettingsDep,
    client: ClientDep,
    idempotency_key: IdempotencyKey = None,
) -> PaymentView:
    """Charge a payment; 402 if it is refused, 503 if the result is unknown.

    Send it again with the same reference or Idempotency-Key: it is charged once.
    """
    key = None if idempotency_key is None else f"{client} {idempotency_key}"
    order = service.complete(new, settings.payment_currency, key)
    # There is no SessionDep, because no transaction may be open while the gateway works: it may
    # take long, and would block others. If the process ends right after the charge, the caller
    # sends the request again, and the gateway does not charge twice.
    with database.snapshot() as session:
        row = service.earlier(Repository(session), order)
    if row is None:
        charge_id = gateway.charge(order)
        with database.transaction() as session:
            row = service.create(Repository(session), order, charge_id)
    return PaymentView.model_validate(row)


@router.get("/{reference}", responses=refusals(404))
def read(reference: Reference, session: ReadSessionDep) -> PaymentView:
    """Look at one."""
    row = service.read(Repository(session), reference)
    return PaymentView.model_validate(row)
