"""How long the gateway may take, how much it may say, for how many; what is not logged."""

import logging
import socket
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx2
import pytest
from anyio import sleep, to_thread
from fastapi import FastAPI
from fastapi.testclient import TestClient

from shop.modules.payments.gateway import (
    LONGEST_ANSWER,
    MOST_AT_ONCE,
    Gateway,
    connect,
)
from shop.modules.payments.router import router
from shop.modules.payments.schemas import Order
from shop.settings import Settings
from shop.web.errors import UnavailableError

pytestmark = pytest.mark.usefixtures("only_requests")
PATH = router.prefix
ORDER = Order(amount=1999, currency="EUR", reference="order-1")
HERE = ("127.0.0.1", 50000)
HEAD = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n"
ANSWERS = [HEAD, HEAD + b"Content-Length: 100000\r\n\r\n"]
LONG = 20


def drip(connection: socket.socket, answer: bytes) -> None:
    """Give an answer, then byte by byte what does not become the rest of it."""
    with connection, suppress(OSError):  # the other side may have had enough
        connection.sendall(answer)
        end = time.monotonic() + 2 * LONG
        while time.monotonic() < end:
            connection.sendall(b"x")
            time.sleep(0.01)


@pytest.fixture(params=ANSWERS, ids=["headers", "body"])
def dripping(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Run a gateway whose answers never end; give its URL."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listening:

        def serve() -> None:
            with suppress(OSError):  # closed at the end
                while True:
                    connection, _ = listening.accept()
                    threading.Thread(target=drip, args=(connection, request.param)).start()

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://user:hunter2@127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_an_answer_that_never_ends_is_given_up_for_every_caller(
    app: FastAPI, settings: Settings, dripping: str
) -> None:
    values = {"payment_gateway_url": dripping, "payment_gateway_timeout_seconds": 0.1}
    app.state.settings = Settings.model_validate({**settings.model_dump(), **values})
    orders = [{**ORDER.model_dump(), "reference": f"order-{n}"} for n in range(24)]
    began = time.monotonic()

    with (
        TestClient(app, client=HERE) as client,
        ThreadPoolExecutor(len(orders)) as callers,
    ):
        answers = list(callers.map(lambda order: client.post(PATH, json=order), orders))

    assert {answer.status_code for answer in answers} == {503}
    assert {answer.headers["Retry-After"] for answer in answers} == {"30"}
    assert time.monotonic() - began < LONG


def test_all_attempts_together_have_the_time_of_one(
    make_gateway: Callable[..., Gateway],
) -> None:
    asked: list[httpx2.Request] = []

    async def take_long(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        await sleep(0.2)
        return httpx2.Response(503)

    began = time.monotonic()
    with pytest.raises(UnavailableError, match=r"^the payment gateway cannot be reached$"):
        make_gateway(take_long, seconds=0.3).charge(ORDER)

    assert len(asked) == 2
    assert time.monotonic() - began < LONG


def test_while_the_gateway_takes_long_only_so_many_payments_hold_a_thread(
    app: FastAPI,
    make_gateway: Callable[..., Gateway],
    wait_until: Callable[[Callable[[], object]], None],
) -> None:
    asked: list[httpx2.Request] = []
    done = threading.Event()

    async def take_long(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        await to_thread.run_sync(done.wait, 30)
        return httpx2.Response(201, json={"id": "ch_1"})

    orders = [{**ORDER.model_dump(), "reference": f"order-{n}"} for n in range(15)]

    with (
        TestClient(app, client=HERE) as client,
        ThreadPoolExecutor(len(orders)) as callers,
    ):
        app.state.payments_gateway = make_gateway(take_long, seconds=30)
        pending = [callers.submit(client.post, PATH, json=order) for order in orders]
        wait_until(lambda: len(asked) == MOST_AT_ONCE)
        assert client.get(f"{PATH}/order-0").status_code == 404
        at_once = len(asked)
        done.set()
        statuses = {answer.result().status_code for answer in pending}

    assert at_once == MOST_AT_ONCE == 10
    assert statuses == {201}
    assert len(asked) == len(orders)


def test_an_answer_is_read_up_to_a_limit(make_gateway: Callable[..., Gateway]) -> None:
    charged = b'{"id": "ch_1"}'
    fits, too_long = (charged.ljust(size) for size in (LONGEST_ANSWER, LONGEST_ANSWER + 1))
    answers = [httpx2.Response(201, content=too_long[::-1]), httpx2.Response(201, content=fits)]
    gateway = make_gateway(lambda _request: answers.pop())

    assert gateway.charge(ORDER) == "ch_1"
    with pytest.raises(UnavailableError, match=r"^the payment gateway failed$"):
        gateway.charge(ORDER)


@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO])
def test_a_password_in_the_url_is_sent_and_never_logged(
    app: FastAPI,
    settings: Settings,
    dripping: str,
    caplog: pytest.LogCaptureFixture,
    level: int,
) -> None:
    caplog.set_level(level)
    for name in ("httpx2", "httpcore2"):
        caplog.set_level(level, name)
    values = {"payment_gateway_url": dripping, "payment_gateway_timeout_seconds": 0.1}
    configured = Settings.model_validate({**settings.model_dump(), **values})
    app.state.settings = configured

    with TestClient(app, client=HERE) as client:
        client.post(PATH, json=ORDER.model_dump())

    assert "no answer from the payment gateway" in caplog.text
    assert "hunter2" not in caplog.text + repr(configured)


def test_user_and_password_of_the_url_are_decoded(settings: Settings) -> None:
    values = {"payment_gateway_url": "https://us%40er:p%2Fw@pay.example.com/v1"}
    client = connect(Settings.model_validate({**settings.model_dump(), **values}))

    request = client.build_request("POST", "charges")
    [sent] = client.auth.auth_flow(request) if client.auth else []

    assert str(sent.url) == "https://pay.example.com/v1/charges"
    assert sent.headers["Authorization"] == f"Basic {b64encode(b'us@er:p/w').decode()}"
