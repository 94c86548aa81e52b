"""Each request has an id, in its log lines and in its answer."""

import logging

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.websockets import WebSocket

from shop.process import logs


@pytest.fixture
def echo() -> TestClient:
    """Make an application that answers with its log context."""
    app = FastAPI()
    app.add_middleware(logs.RequestIdMiddleware)

    @app.get("/")
    def context() -> str:
        record = logging.makeLogRecord({})
        logs.ContextFilter().filter(record)
        return str(record.__dict__["context"])

    @app.websocket("/")
    async def talk(socket: WebSocket) -> None:
        await socket.accept()
        await socket.close(reason="heard")

    return TestClient(app)


@pytest.mark.parametrize("given", ["7", "x" * 64])
def test_a_request_keeps_the_id_it_came_with(echo: TestClient, given: str) -> None:
    response = echo.get("/", headers={"X-Request-ID": given})
    assert response.headers["X-Request-ID"] == given
    assert response.json() == f" request_id={given}"


@pytest.mark.parametrize("given", ["", "x" * 65, "a\tb"])
def test_an_id_that_is_no_id_is_replaced(echo: TestClient, given: str) -> None:
    responses = [echo.get("/", headers={"X-Request-ID": given}) for _ in range(2)]
    first, second = (response.headers["X-Request-ID"] for response in responses)
    assert len(first) == 32
    assert len({given, first, second}) == 3


def test_a_request_without_an_id_is_given_one(echo: TestClient) -> None:
    first, second = (echo.get("/").headers["X-Request-ID"] for _ in range(2))
    assert (len(first), len(second)) == (32, 32)
    assert first != second


def test_a_websocket_is_left_alone(echo: TestClient) -> None:
    with echo.websocket_connect("/") as socket:
        assert socket.receive()["reason"] == "heard"
