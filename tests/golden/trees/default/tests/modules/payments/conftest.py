"""A payment gateway that is replaced at the HTTP boundary: the test decides what it answers."""

import asyncio
from collections.abc import Callable, Iterator

import httpx2
import pytest
from anyio.from_thread import start_blocking_portal
from fastapi import FastAPI
from fastapi.testclient import TestClient

from shop.modules.payments.gateway import Gateway, connect
from shop.settings import Settings

KEY = "gateway-key"
HERE = ("127.0.0.1", 50000)

Answers = list[httpx2.Response | Exception]
Asked = list[httpx2.Request]


@pytest.fixture
def answers() -> Answers:
    """Hold what the gateway will answer, in order; an exception is a broken connection."""
    return []


@pytest.fixture
def asked() -> Asked:
    """Hold what the gateway was asked."""
    return []


@pytest.fixture
def make_gateway(settings: Settings) -> Iterator[Callable[..., Gateway]]:
    """Make gateways that pause for no time, on an event loop that runs in a thread of its own."""
    values = {"payment_gateway_url": "https://pay.example.com/v1", "payment_gateway_key": KEY}
    configured = Settings.model_validate({**settings.model_dump(), **values})
    clients = []

    with start_blocking_portal() as portal:
        loop = portal.call(asyncio.get_running_loop)

        def make(
            handler: Callable[[httpx2.Request], httpx2.Response], seconds: float = 5
        ) -> Gateway:
            clients.append(connect(configured, httpx2.MockTransport(handler)))
            return Gateway(clients[-1], loop, seconds, pauses=(0, 0))

        yield make
        for client in clients:
            portal.call(client.aclose)


@pytest.fixture
def gateway(make_gateway: Callable[..., Gateway], answers: Answers, asked: Asked) -> Gateway:
    """Make a gateway that gives `answers` and notes what it was `asked`."""

    def handle(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return make_gateway(handle)


@pytest.fixture
def served(app: FastAPI, gateway: Gateway) -> Iterator[TestClient]:
    """Start the application with that gateway."""
    with TestClient(app, client=HERE) as client:
        app.state.payments_gateway = gateway
        yield client
