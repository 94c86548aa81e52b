"""What is tried again, and how often: the idempotency key makes it one charge."""

import time
from dataclasses import replace

import httpx2
import pytest

from shop.modules.payments.gateway import Gateway
from shop.modules.payments.schemas import Order
from shop.web.errors import UnavailableError

ORDER = Order(amount=1999, currency="EUR", reference="order-1")
UNREACHABLE = httpx2.ConnectError("connection refused")

Answers = list[httpx2.Response | Exception]
Asked = list[httpx2.Request]


def charged() -> httpx2.Response:
    return httpx2.Response(201, json={"id": "ch_1"})


@pytest.mark.parametrize(
    "trouble",
    [
        UNREACHABLE,
        httpx2.ReadTimeout("too slow"),
        httpx2.RemoteProtocolError("cut off"),
        httpx2.Response(502),
        httpx2.Response(503),
        httpx2.Response(504),
    ],
    ids=repr,
)
def test_trouble_that_may_pass_is_tried_again_with_the_same_idempotency_key(
    gateway: Gateway, answers: Answers, asked: Asked, trouble: httpx2.Response | Exception
) -> None:
    answers += [trouble, trouble, charged()]

    assert gateway.charge(ORDER) == "ch_1"

    assert [request.headers["Idempotency-Key"] for request in asked] == ["order-1"] * 3


def test_the_third_failure_in_a_row_is_the_last(
    gateway: Gateway, answers: Answers, asked: Asked
) -> None:
    answers += [UNREACHABLE, httpx2.Response(503), UNREACHABLE, charged()]

    with pytest.raises(
        UnavailableError, match=r"^the payment gateway cannot be reached$"
    ) as raised:
        gateway.charge(ORDER)

    assert raised.value.retry_after == 30
    assert len(asked) == 3


def test_it_pauses_before_it_tries_again(gateway: Gateway, answers: Answers) -> None:
    answers += [UNREACHABLE, charged()]
    began = time.monotonic()

    replace(gateway, pauses=(0.05,)).charge(ORDER)

    assert time.monotonic() - began >= 0.05
