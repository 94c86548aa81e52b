"""A gateway that takes long must not take the threads of other routes."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx2
from anyio import to_thread
from fastapi import FastAPI
from fastapi.testclient import TestClient

from shop.modules.payments.dependencies import MOST_AT_ONCE
from shop.modules.payments.gateway import Gateway


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

    app.dependency_overrides.clear()  # the limit is the dependency's own
    orders = [{"amount": 1, "currency": "EUR", "reference": f"order-{n}"} for n in range(15)]

    with (
        TestClient(app, client=("127.0.0.1", 50000)) as client,
        ThreadPoolExecutor(len(orders)) as callers,
    ):
        app.state.payment_gateway = make_gateway(take_long, seconds=30)
        pending = [callers.submit(client.post, "/payments", json=order) for order in orders]
        wait_until(lambda: len(asked) == MOST_AT_ONCE)
        assert client.get("/payments/order-0").status_code == 404
        at_once = len(asked)
        done.set()
        statuses = {answer.result().status_code for answer in pending}

    assert at_once == MOST_AT_ONCE == 10
    assert statuses == {201}
    assert len(asked) == len(orders)
