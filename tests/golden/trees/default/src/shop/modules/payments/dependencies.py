"""How a route reaches the gateway: by one HTTP client, open as long as the application runs."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, Request

from .gateway import Gateway, connect

MOST_AT_ONCE = 10
"""Payments under way; one more waits without a thread, so a slow gateway stalls no other route."""


@asynccontextmanager
async def open_client(app: FastAPI) -> AsyncGenerator[None, None]:
    """Open the client before the first request, close it after the last."""
    with connect(app.state.settings) as client:
        app.state.payment_client = client
        yield


def get_gateway(request: Request) -> Iterator[Gateway]:
    """Give the gateway, and take it back when the request is done."""
    yield Gateway(request.app.state.payment_client)


GatewayDep = Annotated[
    Gateway, Depends(get_gateway, scope="function", max_concurrency=MOST_AT_ONCE)
]
