"""Another service, over HTTP: what it is told, and what its answers mean to us."""

import asyncio
import logging
from asyncio import AbstractEventLoop
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Annotated

import httpx2
from fastapi import Depends, FastAPI, Request
from pydantic import HttpUrl, PositiveFloat, Secret
from pydantic_settings import BaseSettings, SettingsConfigDict

from ...values.keys import HeaderKey
from ...web.errors import UnavailableError
from .schemas import ProductView

logger = logging.getLogger(__name__)

PREFIX = "PRODUCTS_SERVICE_"
RETRY_AFTER_SECONDS = 30
LONGEST_ANSWER = 100_000
"""Bytes of an answer that are read; the rest is cut off."""
MOST_AT_ONCE = 10
"""Calls under way; one more waits without a thread, so a slow service stalls no other route."""

certificates = cache(httpx2.create_ssl_context)
"""What this machine trusts, read once: that takes 40 ms and a megabyte each time."""


class GatewaySettings(BaseSettings):
    """Read from the environment or `.env`: URL and so on, each after PREFIX."""

    model_config = SettingsConfigDict(
        alias_generator=lambda name: PREFIX + name.upper(),  # so an error names the variable
        validate_by_name=True,
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    url: Secret[HttpUrl] | None = None
    key: HeaderKey | None = None
    timeout_seconds: PositiveFloat = 5


@dataclass(frozen=True, slots=True)
class Gateway:
    """Speaks to the other service from a thread, `def` as most endpoints are.

    The client works on an event loop, because only there a call can be ended at any moment: an
    answer that drips byte by byte would else hold its thread for hours.
    """

    client: httpx2.AsyncClient
    loop: AbstractEventLoop
    seconds: float

    def publish(self, view: ProductView) -> None:
        """Tell it what we keep; the same again changes nothing there. Raises UnavailableError."""
        if not self.client.base_url.host:
            raise _unavailable(f"publishing is off: {PREFIX}URL is not set")
        asked = asyncio.run_coroutine_threadsafe(self._put(view), self.loop)
        try:
            response = asked.result(self.seconds)
        except (httpx2.RequestError, TimeoutError) as error:  # its text may hold a key
            logger.warning("no answer from the other service: %s", type(error).__name__)
            raise _unavailable("the other service cannot be reached") from None
        finally:
            asked.cancel()
        if not response.is_success:
            logger.warning("the other service answered %d", response.status_code)
            raise _unavailable("the other service failed")

    async def _put(self, view: ProductView) -> httpx2.Response:
        # REPLACE this request by what the other service understands, and its tests with it.
        content = view.model_dump(mode="json")
        async with self.client.stream("PUT", str(view.id), json=content) as response:
            body = await anext(response.aiter_bytes(LONGEST_ANSWER), b"")
        return httpx2.Response(response.status_code, content=body)


def connect(
    settings: GatewaySettings, transport: httpx2.AsyncBaseTransport | None = None
) -> httpx2.AsyncClient:
    """Make a client, which keeps its connections open; tests pass a transport of their own.

    A user and password in the URL are sent, but are no part of the URL: HTTP clients log that.
    """
    url, key = settings.url, settings.key
    address = httpx2.URL(str(url.get_secret_value()) if url else "")
    user = (address.username, address.password) if address.userinfo else None
    return httpx2.AsyncClient(
        base_url=address.copy_with(userinfo=b""),
        auth=user,
        headers={"Authorization": f"Bearer {key.get_secret_value()}"} if key else None,
        timeout=settings.timeout_seconds,
        transport=transport,
        verify=certificates(),
    )


@asynccontextmanager
async def open_client(app: FastAPI) -> AsyncGenerator[None, None]:
    """Open the client before the first request, close it after the last."""
    settings, loop = GatewaySettings(), asyncio.get_running_loop()
    async with connect(settings) as client:
        gateway = Gateway(client, loop, settings.timeout_seconds)
        app.state.products_gateway = gateway
        yield


def get_gateway(request: Request) -> Iterator[Gateway]:
    """Give the gateway, and take it back when the request is done."""
    gateway: Gateway = request.app.state.products_gateway
    yield gateway


GatewayDep = Annotated[
    Gateway, Depends(get_gateway, scope="function", max_concurrency=MOST_AT_ONCE)
]


def _unavailable(detail: str) -> UnavailableError:
    return UnavailableError(detail, retry_after=RETRY_AFTER_SECONDS)
