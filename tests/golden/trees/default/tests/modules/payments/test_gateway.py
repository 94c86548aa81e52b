"""What the gateway is asked, and what its answers mean."""

import json
import logging

import httpx2
import pytest

from shop.modules.payments.gateway import (
    Gateway,
    PaymentRefusedError,
)
from shop.modules.payments.schemas import Order
from shop.web.errors import UnavailableError

ORDER = Order(amount=1999, currency="EUR", reference="order-1")

Answers = list[httpx2.Response | Exception]
Asked = list[httpx2.Request]


def test_a_charge_is_asked_for_with_key_and_idempotency_key(
    gateway: Gateway, answers: Answers, asked: Asked
) -> None:
    answers.append(httpx2.Response(201, json={"id": "ch_1"}))

    assert gateway.charge(ORDER) == "ch_1"

    [request] = asked
    assert (request.method, str(request.url)) == ("POST", "https://pay.example.com/v1/charges")
    assert request.headers["Authorization"] == "Bearer gateway-key"
    assert request.headers["Idempotency-Key"] == "order-1"
    expected = {"amount": 1999, "currency": "EUR", "reference": "order-1"}
    assert json.loads(request.content) == expected


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"reason": "card expired"}', "card expired"),
        (b'{"reason": ""}', "the payment gateway gave no reason"),
        (b"<html>", "the payment gateway gave no reason"),
    ],
)
def test_a_refusal_is_final_and_gives_the_reason(
    gateway: Gateway, answers: Answers, asked: Asked, content: bytes, reason: str
) -> None:
    answers.append(httpx2.Response(402, content=content))

    with pytest.raises(PaymentRefusedError, match=f"^{reason}$"):
        gateway.charge(ORDER)

    assert len(asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(200, content=b"<html>"),
        httpx2.Response(200, json={"id": None}),
        httpx2.Response(200, json={"id": "x" * 256}),
        httpx2.Response(200, json=[]),
        httpx2.Response(204),
        httpx2.Response(302, headers={"Location": "https://eve.example.com"}),
        httpx2.Response(401, json={"reason": "wrong key"}),
        httpx2.Response(500, json={"id": "ch_1"}),
    ],
    ids=repr,
)
def test_any_other_answer_is_a_failure_that_is_not_tried_again(
    gateway: Gateway, answers: Answers, asked: Asked, answer: httpx2.Response
) -> None:
    answers.append(answer)

    with pytest.raises(UnavailableError, match=r"^the payment gateway failed$") as raised:
        gateway.charge(ORDER)

    assert raised.value.retry_after == 30
    assert len(asked) == 1


def test_the_key_is_never_logged(
    gateway: Gateway, answers: Answers, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answers += [httpx2.LocalProtocolError("Illegal header value b'Bearer gateway-key'")] * 3

    with pytest.raises(UnavailableError) as raised:
        gateway.charge(ORDER)

    assert "LocalProtocolError" in caplog.text
    assert "gateway-key" not in caplog.text + str(raised.value)


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (httpx2.Response(204), "the payment gateway's answer is not what was agreed on"),
        (httpx2.Response(401), "the payment gateway answered 401"),
        (httpx2.Response(503), "the payment gateway answered 503"),
        (httpx2.ConnectError("no"), "no answer from the payment gateway: ConnectError"),
    ],
    ids=repr,
)
def test_what_went_wrong_is_logged(
    gateway: Gateway,
    answers: Answers,
    caplog: pytest.LogCaptureFixture,
    answer: httpx2.Response | Exception,
    line: str,
) -> None:
    answers += [answer] * 3

    with pytest.raises(UnavailableError):
        gateway.charge(ORDER)

    assert {r.getMessage() for r in caplog.records if r.levelno == logging.WARNING} == {line}
