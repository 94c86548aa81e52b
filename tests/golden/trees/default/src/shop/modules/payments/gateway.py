"""Calls the payment gateway over HTTP and interprets its answers."""

import asyncio
import logging
from asyncio import AbstractEventLoop
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from time import monotonic, sleep
from typing import Annotated

import httpx2
from pydantic import BaseModel, Field, ValidationError

from ...settings import Settings
from ...web.errors import ServiceError, UnavailableError
from .schemas import NewPayment

logger = logging.getLogger(__name__)

OVERLOADED = {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
RETRY_AFTER_SECONDS = 30
LONGEST_ANSWER = 100_000
"""So many bytes of an answer are read; the rest is ignored."""

certificates = cache(httpx2.create_ssl_context)
"""The trusted certificates, loaded once: each load takes 40 ms and a megabyte."""


class PaymentRefusedError(ServiceError):
    """The gateway refused the charge and said why."""

    status = HTTPStatus.PAYMENT_REQUIRED


class Charge(BaseModel):
    """The gateway's answer to a successful charge."""

    id: Annotated[str, Field(min_length=1, max_length=255)]


class Refusal(BaseModel):
    """The gateway's answer with status 402."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


@dataclass(frozen=True, slots=True)
class Gateway:
    """Charges payments; `pauses` are the seconds before each further attempt.

    The client is async, because an async call can be cancelled at any moment; a sync call could
    wait for hours for an answer that comes byte by byte. Call `charge` from a thread without an
    event loop, as endpoints, jobs and tasks do that are `def`.
    """

    client: httpx2.AsyncClient
    loop: AbstractEventLoop
    seconds: float
    pauses: tuple[float, ...] = (0.2, 1.0)

    def charge(self, order: NewPayment) -> str:
        """Charge `order` and return the gateway's id of the charge.

        Raises PaymentRefusedError (402), or UnavailableError (503) for any other failure.
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
        """Send the request until an answer comes, for `seconds` in all.

        Repeating is safe: the gateway charges once for each idempotency key.
        """
        end = monotonic() + self.seconds
        for pause in (0.0, *self.pauses):
            left = end - monotonic() - pause
            if left <= 0:
                break
            sleep(pause)
            try:
                response = self._send(order, left)
            except (httpx2.RequestError, TimeoutError) as error:  # its text may contain a key
                logger.warning("no answer from the payment gateway: %s", type(error).__name__)
                continue
            if response.status_code not in OVERLOADED:
                return response
            logger.warning("the payment gateway answered %d", response.status_code)
        raise _unavailable("the payment gateway cannot be reached")

    def _send(self, order: NewPayment, seconds: float) -> httpx2.Response:
        """Send the request once; raises TimeoutError if the answer is not complete in time."""
        asked = asyncio.run_coroutine_threadsafe(self._answer(order), self.loop)
        try:
            return asked.result(seconds)
        finally:
            asked.cancel()

    async def _answer(self, order: NewPayment) -> httpx2.Response:
        content, headers = order.model_dump(), {"Idempotency-Key": order.reference}
        async with self.client.stream("POST", "charges", json=content, headers=headers) as response:
            body = await anext(response.aiter_bytes(LONGEST_ANSWER), b"")
        return httpx2.Response(response.status_code, content=body)


def connect(
    settings: Settings, transport: httpx2.AsyncBaseTransport | None = None
) -> httpx2.AsyncClient:
    """Make a client that keeps its connections open; tests pass another transport.

    User and password are taken out of the URL, because HTTP clients log URLs.
    """
    url, key = settings.payment_gateway_url, settings.payment_gateway_key
    address = httpx2.URL(str(url.get_secret_value()) if url else "")
    user = (address.username, address.password) if address.userinfo else None
    return httpx2.AsyncClient(
        base_url=address.copy_with(userinfo=b""),
        auth=user,
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
