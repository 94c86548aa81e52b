"""The payment gateway, over HTTP: what it is asked, and what its answers mean to us."""

import asyncio
import logging
from asyncio import AbstractEventLoop
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from time import monotonic, sleep
from typing import Annotated

import httpx2
from fastapi import Depends, FastAPI, Request
from pydantic import BaseModel, Field, ValidationError

from ...settings import Settings
from ...web.errors import ServiceError, UnavailableError
from .schemas import Order

logger = logging.getLogger(__name__)

OVERLOADED = {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
RETRY_AFTER_SECONDS = 30
LONGEST_ANSWER = 100_000
"""Bytes of an answer that are read; the rest is cut off."""
MOST_AT_ONCE = 10
"""Calls under way; one more waits without a thread, so a slow gateway stalls no other route."""

certificates = cache(httpx2.create_ssl_context)
"""What this machine trusts, read once: that takes 40 ms and a megabyte each time."""


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
    """Speaks to the gateway from a thread, `def` as most endpoints are.

    The client works on an event loop, because only there a call can be ended at any moment: an
    answer that drips byte by byte would else hold its thread for hours.
    `pauses` are the seconds before each further attempt.
    """

    client: httpx2.AsyncClient
    loop: AbstractEventLoop
    seconds: float
    pauses: tuple[float, ...] = (0.2, 1.0)

    def charge(self, order: Order) -> str:
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

    def _ask(self, order: Order) -> httpx2.Response:
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
            except (httpx2.RequestError, TimeoutError) as error:  # its text may hold a key
                logger.warning("no answer from the payment gateway: %s", type(error).__name__)
                continue
            if response.status_code not in OVERLOADED:
                return response
            logger.warning("the payment gateway answered %d", response.status_code)
        raise _unavailable("the payment gateway cannot be reached")

    def _send(self, order: Order, seconds: float) -> httpx2.Response:
        """Send the request once; raises TimeoutError if the answer is not complete in time."""
        asked = asyncio.run_coroutine_threadsafe(self._post(order), self.loop)
        try:
            return asked.result(seconds)
        finally:
            asked.cancel()

    async def _post(self, order: Order) -> httpx2.Response:
        content, headers = order.model_dump(), {"Idempotency-Key": order.reference}
        async with self.client.stream("POST", "charges", json=content, headers=headers) as response:
            body = await anext(response.aiter_bytes(LONGEST_ANSWER), b"")
        return httpx2.Response(response.status_code, content=body)


def connect(
    settings: Settings, transport: httpx2.AsyncBaseTransport | None = None
) -> httpx2.AsyncClient:
    """Make a client, which keeps its connections open; tests pass a transport of their own.

    A user and password in the URL are sent, but are no part of the URL: HTTP clients log that.
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


@asynccontextmanager
async def open_client(app: FastAPI) -> AsyncGenerator[None, None]:
    """Open the client before the first request, close it after the last."""
    # What `add-module` makes has a class of settings of its own, because it edits no file of yours.
    settings, loop = app.state.settings, asyncio.get_running_loop()
    async with connect(settings) as client:
        gateway = Gateway(client, loop, settings.payment_gateway_timeout_seconds)
        app.state.payments_gateway = gateway
        yield


def get_gateway(request: Request) -> Iterator[Gateway]:
    """Give the gateway, and take it back when the request is done."""
    gateway: Gateway = request.app.state.payments_gateway
    yield gateway


GatewayDep = Annotated[
    Gateway, Depends(get_gateway, scope="function", max_concurrency=MOST_AT_ONCE)
]


def _reason(content: bytes) -> str:
    try:
        return Refusal.model_validate_json(content).reason
    except ValidationError:
        return "the payment gateway gave no reason"


def _unavailable(detail: str) -> UnavailableError:
    return UnavailableError(detail, retry_after=RETRY_AFTER_SECONDS)
