"""The payment gateway, over HTTP: what it is asked, and what its answers mean to us."""

import logging
import time
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Annotated

import httpx2
from pydantic import BaseModel, Field, ValidationError

from ...errors import ServiceError, UnavailableError
from ...settings import Settings
from .schemas import NewPayment

logger = logging.getLogger(__name__)

OVERLOADED = {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
RETRY_AFTER_SECONDS = 30

certificates = cache(httpx2.create_ssl_context)
"""What this machine trusts, read once: that takes 40 ms and a megabyte each time."""


class PaymentRefusedError(ServiceError):
    """The gateway refused the charge and said why."""

    status = HTTPStatus.PAYMENT_REQUIRED


class Charge(BaseModel):
    """What the gateway answers when the charge went through."""

    id: Annotated[str, Field(min_length=1, max_length=255)]


class Refusal(BaseModel):
    """What the gateway answers with 402."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


@dataclass(frozen=True, slots=True)
class Gateway:
    """Charges payments; `pauses` are the seconds before each further attempt."""

    client: httpx2.Client
    pauses: tuple[float, ...] = (0.2, 1.0)

    def charge(self, order: NewPayment) -> str:
        """Charge `order` and give the gateway's id of the charge.

        Raises PaymentRefusedError (402), and UnavailableError (503) for whatever else is wrong.
        """
        if not self.client.base_url.host:
            raise _unavailable("payments are off: PAYMENT_GATEWAY_URL is not set")
        response = self._ask(order)
        if response.status_code == HTTPStatus.PAYMENT_REQUIRED:
            raise PaymentRefusedError(_reason(response.content))
        try:
            if response.is_success:
                return Charge.model_validate_json(response.content).id
        except ValidationError:
            logger.warning("the payment gateway's answer is not what was agreed on")
        else:
            logger.warning("the payment gateway answered %d", response.status_code)
        raise _unavailable("the payment gateway failed")

    def _ask(self, order: NewPayment) -> httpx2.Response:
        """Ask until there is an answer; the gateway charges once for one idempotency key."""
        headers = {"Idempotency-Key": order.reference}
        for pause in (0.0, *self.pauses):
            time.sleep(pause)
            try:
                response = self.client.post("charges", json=order.model_dump(), headers=headers)
            except httpx2.RequestError as error:  # its text may hold a header, so the key
                logger.warning("no answer from the payment gateway: %s", type(error).__name__)
                continue
            if response.status_code not in OVERLOADED:
                return response
            logger.warning("the payment gateway answered %d", response.status_code)
        raise _unavailable("the payment gateway cannot be reached")


def connect(settings: Settings, transport: httpx2.BaseTransport | None = None) -> httpx2.Client:
    """Make a client, which keeps its connections open; tests pass a transport of their own."""
    key = settings.payment_gateway_key
    return httpx2.Client(
        base_url=str(settings.payment_gateway_url or ""),
        headers={"Authorization": f"Bearer {key.get_secret_value()}"} if key else None,
        timeout=settings.payment_gateway_timeout_seconds,
        transport=transport,
        verify=certificates(),
    )


def _reason(content: bytes) -> str:
    try:
        return Refusal.model_validate_json(content).reason
    except ValidationError:
        return "the payment gateway gave no reason"


def _unavailable(detail: str) -> UnavailableError:
    return UnavailableError(detail, retry_after=RETRY_AFTER_SECONDS)
