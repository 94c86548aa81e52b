"""Gives routes the payment gateway: one HTTP client for the life of the application."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, Request

from .gateway import Gateway, connect

MOST_AT_ONCE = 10
"""So many payments run at once; more wait without a thread, so other routes stay fast."""


@asynccontextmanager
async def open_client(app: FastAPI) -> AsyncGenerator[None, None]:
    """Open the client before the first request, close it after the last."""
    settings, loop = app.state.settings, asyncio.get_running_loop()
    async with connect(settings) as client:
        seconds = settings.payment_gateway_timeout_seconds
        app.state.payment_gateway = Gateway(client, loop, seconds)
        yield


def get_gateway(request: Request) -> Iterator[Gateway]:
    """Lend the gateway to one request."""
    gateway: Gateway = request.app.state.payment_gateway
    yield gateway


GatewayDep = Annotated[
    Gateway, Depends(get_gateway, scope="function", max_concurrency=MOST_AT_ONCE)
]
