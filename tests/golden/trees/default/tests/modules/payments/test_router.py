"""`/payments`, from the request to the table."""

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from shop.web.security import name_client

pytestmark = pytest.mark.usefixtures("only_requests")
ORDER = {"amount": 1999, "currency": "EUR", "reference": "order-1"}

Answers = list[httpx2.Response | Exception]


def test_a_payment_is_made_and_can_be_looked_at(client: TestClient, answers: Answers) -> None:
    answers.append(httpx2.Response(201, json={"id": "ch_1"}))

    response = client.post("/payments", json=ORDER)

    assert response.status_code == 201
    assert response.json().items() >= {**ORDER, "charge_id": "ch_1"}.items()
    assert client.get("/payments/order-1").json() == response.json()


def test_a_payment_of_an_amount_alone_gets_the_usual_currency_and_a_reference(
    client: TestClient, answers: Answers, asked: list[httpx2.Request]
) -> None:
    answers += [httpx2.Response(201, json={"id": f"ch_{n}"}) for n in (1, 2)]

    first, second = (client.post("/payments", json={"amount": 100}).json() for _ in range(2))

    assert (first["currency"], first["charge_id"], second["charge_id"]) == ("EUR", "ch_1", "ch_2")
    assert client.get(f"/payments/{first['reference']}").json() == first
    assert [request.headers["Idempotency-Key"] for request in asked] == [
        first["reference"],
        second["reference"],
    ]


def test_the_same_idempotency_key_gives_the_same_payment(
    client: TestClient, answers: Answers, asked: list[httpx2.Request]
) -> None:
    answers.append(httpx2.Response(201, json={"id": "ch_1"}))
    key = {"Idempotency-Key": "once"}

    first, again = (client.post("/payments", json={"amount": 100}, headers=key) for _ in range(2))
    other = client.post("/payments", json={"amount": 200}, headers=key)

    assert first.status_code == 201
    assert again.json() == first.json()
    assert other.status_code == 409
    assert len(asked) == 1


def test_the_same_key_of_another_client_is_another_payment(
    app: FastAPI, client: TestClient, answers: Answers
) -> None:
    answers += [httpx2.Response(201, json={"id": f"ch_{n}"}) for n in (1, 2)]
    names = iter(["ada", "bob"])
    app.dependency_overrides[name_client] = lambda: next(names)
    key = {"Idempotency-Key": "once"}

    made = [client.post("/payments", json={"amount": 100}, headers=key) for _ in range(2)]

    assert [answer.json()["charge_id"] for answer in made] == ["ch_1", "ch_2"]


def test_a_refused_payment_is_402_with_the_reason(client: TestClient, answers: Answers) -> None:
    answers.append(httpx2.Response(402, json={"reason": "card expired"}))

    response = client.post("/payments", json=ORDER)

    assert (response.status_code, response.json()) == (402, {"detail": "card expired"})
    assert client.get("/payments/order-1").status_code == 404


def test_a_failing_gateway_is_503_with_retry_after(client: TestClient, answers: Answers) -> None:
    answers.append(httpx2.Response(500))

    response = client.post("/payments", json=ORDER)

    assert response.status_code == 503
    assert response.headers["Retry-After"] == "30"


def test_a_bad_field_is_named_and_the_gateway_is_not_asked(
    client: TestClient, asked: list[httpx2.Request]
) -> None:
    response = client.post("/payments", json={**ORDER, "amount": 0})

    assert response.status_code == 422
    assert [error["loc"] for error in response.json()["detail"]] == [["body", "amount"]]
    assert asked == []


def test_a_reference_that_cannot_be_one_is_refused_before_the_database_is_asked(
    client: TestClient,
) -> None:
    response = client.get("/payments/%00")

    assert response.status_code == 422
    assert [error["loc"] for error in response.json()["detail"]] == [["path", "reference"]]


def test_payments_are_for_clients_only(app: FastAPI, asked: list[httpx2.Request]) -> None:
    with TestClient(app, client=("192.0.2.7", 50000)) as elsewhere:
        assert elsewhere.post("/payments", json=ORDER).status_code == 401
        assert elsewhere.get("/payments/order-1").status_code == 401

    assert asked == []
