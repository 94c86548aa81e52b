"""Another service, over HTTP: what it is told, and what its answers mean to us."""

import logging
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Annotated

import httpx2
from fastapi import Depends, FastAPI, Request
from pydantic import HttpUrl, PositiveFloat, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from ...errors import UnavailableError
from .schemas import ProductView

logger = logging.getLogger(__name__)

PREFIX = "PRODUCTS_SERVICE_"
RETRY_AFTER_SECONDS = 30
MOST_AT_ONCE = 10
"""Calls under way; one more waits without a thread, so a slow service stalls no other route."""

certificates = cache(httpx2.create_ssl_context)
"""What this machine trusts, read once: that takes 40 ms and a megabyte each time."""


class GatewaySettings(BaseSettings):
    """Read from the environment or `.env`: URL and so on, each after PREFIX."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, extra="ignore"
    )

    url: HttpUrl | None = None
    key: SecretStr | None = None
    timeout_seconds: PositiveFloat = 5


@dataclass(frozen=True, slots=True)
class Gateway:
    """Speaks to the other service."""

    client: httpx2.Client

    def publish(self, view: ProductView) -> None:
        """Tell it what we keep; the same again changes nothing there. Raises UnavailableError."""
        if not self.client.base_url.host:
            raise _unavailable(f"publishing is off: {PREFIX}URL is not set")
        # REPLACE this request by what the other service understands, and its tests with it.
        try:
            response = self.client.put(str(view.id), json=view.model_dump(mode="json"))
        except httpx2.RequestError as error:  # its text may hold a header, so the key
            logger.warning("no answer from the other service: %s", type(error).__name__)
            raise _unavailable("the other service cannot be reached") from None
        if not response.is_success:
            logger.warning("the other service answered %d", response.status_code)
            raise _unavailable("the other service failed")


def connect(
    settings: GatewaySettings, transport: httpx2.BaseTransport | None = None
) -> httpx2.Client:
    """Make a client, which keeps its connections open; tests pass a transport of their own."""
    return httpx2.Client(
        base_url=str(settings.url or ""),
        headers=(
            {"Authorization": f"Bearer {settings.key.get_secret_value()}"} if settings.key else None
        ),
        timeout=settings.timeout_seconds,
        transport=transport,
        verify=certificates(),
    )


@asynccontextmanager
async def open_client(app: FastAPI) -> AsyncGenerator[None, None]:
    """Open the client before the first request, close it after the last."""
    with connect(GatewaySettings()) as client:
        app.state.products_client = client
        yield


def get_gateway(request: Request) -> Iterator[Gateway]:
    """Give the gateway, and take it back when the request is done."""
    yield Gateway(request.app.state.products_client)


GatewayDep = Annotated[
    Gateway, Depends(get_gateway, scope="function", max_concurrency=MOST_AT_ONCE)
]


def _unavailable(detail: str) -> UnavailableError:
    return UnavailableError(detail, retry_after=RETRY_AFTER_SECONDS)
