"""`/payments`, from the request to the table and back."""

from collections.abc import Callable

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from shop.database import Database
from shop.modules.payments.gateway import Gateway
from shop.modules.payments.repository import Repository
from shop.modules.payments.router import router
from shop.modules.payments.schemas import Order
from shop.web.security import name_client

pytestmark = pytest.mark.usefixtures("only_requests")
PATH = router.prefix
ORDER = {"amount": 1999, "currency": "EUR", "reference": "order-1"}

Answers = list[httpx2.Response | Exception]
Asked = list[httpx2.Request]


def charged(number: int = 1) -> httpx2.Response:
    return httpx2.Response(201, json={"id": f"ch_{number}"})


def test_a_payment_is_made_and_can_be_looked_at(served: TestClient, answers: Answers) -> None:
    answers.append(charged())

    response = served.post(PATH, json=ORDER)

    assert response.status_code == 201
    assert response.json().items() >= {**ORDER, "charge_id": "ch_1"}.items()
    assert served.get(f"{PATH}/order-1").json() == response.json()


def test_a_payment_of_an_amount_alone_gets_the_usual_currency_and_a_reference(
    served: TestClient, answers: Answers, asked: Asked
) -> None:
    answers += [charged(1), charged(2)]

    first, second = (served.post(PATH, json={"amount": 100}).json() for _ in range(2))

    assert (first["currency"], first["charge_id"], second["charge_id"]) == ("EUR", "ch_1", "ch_2")
    assert served.get(f"{PATH}/{first['reference']}").json() == first
    assert [request.headers["Idempotency-Key"] for request in asked] == [
        first["reference"],
        second["reference"],
    ]


def test_the_same_reference_is_charged_once(
    served: TestClient, answers: Answers, asked: Asked
) -> None:
    answers.append(charged())

    first, again = (served.post(PATH, json=ORDER) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert len(asked) == 1


@pytest.mark.parametrize("change", [{"amount": 1}, {"currency": "USD"}])
def test_the_same_reference_cannot_stand_for_another_payment(
    served: TestClient, answers: Answers, asked: Asked, change: dict[str, object]
) -> None:
    answers.append(charged())
    served.post(PATH, json=ORDER)

    response = served.post(PATH, json={**ORDER, **change})

    detail = "order-1 was paid with another amount or currency"
    assert (response.status_code, response.json()) == (409, {"detail": detail})
    assert len(asked) == 1


@pytest.mark.parametrize("amount", [1999, 1])
def test_two_requests_at_once_give_the_same_payment_and_hold_no_lock_meanwhile(
    app: FastAPI,
    served: TestClient,
    database: Database,
    make_gateway: Callable[..., Gateway],
    amount: int,
) -> None:
    other = Order.model_validate({**ORDER, "amount": amount})

    def charge_while_another_request_finishes(_request: httpx2.Request) -> httpx2.Response:
        with database.transaction() as session:
            Repository(session).add(other, "ch_1")
        return charged(2)

    app.state.payments_gateway = make_gateway(charge_while_another_request_finishes)

    response = served.post(PATH, json=ORDER)

    kept = served.get(f"{PATH}/order-1").json()
    assert (kept["amount"], kept["charge_id"]) == (amount, "ch_1")
    assert response.status_code == (201 if amount == ORDER["amount"] else 409)
    assert (response.json() == kept) is response.is_success


def test_the_same_idempotency_key_gives_the_same_payment(
    served: TestClient, answers: Answers, asked: Asked
) -> None:
    answers.append(charged())
    key = {"Idempotency-Key": "once"}

    first, again = (served.post(PATH, json={"amount": 100}, headers=key) for _ in range(2))
    other = served.post(PATH, json={"amount": 200}, headers=key)

    assert first.status_code == 201
    assert again.json() == first.json()
    assert other.status_code == 409
    assert len(asked) == 1


def test_the_same_key_of_another_client_is_another_payment(
    app: FastAPI, served: TestClient, answers: Answers
) -> None:
    answers += [charged(1), charged(2)]
    names = iter(["ada", "bob"])
    app.dependency_overrides[name_client] = lambda: next(names)
    key = {"Idempotency-Key": "once"}

    made = [served.post(PATH, json={"amount": 100}, headers=key) for _ in range(2)]

    assert [answer.json()["charge_id"] for answer in made] == ["ch_1", "ch_2"]


def test_a_refused_payment_is_402_with_the_reason(served: TestClient, answers: Answers) -> None:
    answers.append(httpx2.Response(402, json={"reason": "card expired"}))

    response = served.post(PATH, json=ORDER)

    assert (response.status_code, response.json()) == (402, {"detail": "card expired"})
    assert served.get(f"{PATH}/order-1").status_code == 404


def test_a_refused_payment_may_be_tried_again_later(served: TestClient, answers: Answers) -> None:
    answers += [httpx2.Response(402, json={"reason": "no money"}), charged()]

    statuses = [served.post(PATH, json=ORDER).status_code for _ in range(2)]

    assert statuses == [402, 201]


def test_a_failing_gateway_is_503_with_retry_after(served: TestClient, answers: Answers) -> None:
    answers.append(httpx2.Response(500))

    response = served.post(PATH, json=ORDER)

    assert response.status_code == 503
    assert response.headers["Retry-After"] == "30"


def test_a_bad_field_is_named_and_the_gateway_is_not_asked(
    served: TestClient, asked: Asked
) -> None:
    response = served.post(PATH, json={**ORDER, "amount": 0})

    assert response.status_code == 422
    assert [error["loc"] for error in response.json()["detail"]] == [["body", "amount"]]
    assert asked == []


def test_a_reference_that_cannot_be_one_is_refused_before_the_database_is_asked(
    served: TestClient,
) -> None:
    response = served.get(f"{PATH}/%00")

    assert response.status_code == 422
    assert [error["loc"] for error in response.json()["detail"]] == [["path", "reference"]]


def test_payments_are_for_clients_only(app: FastAPI) -> None:
    with TestClient(app, client=("192.0.2.7", 50000)) as elsewhere:
        assert elsewhere.post(PATH, json=ORDER).status_code == 401
        assert elsewhere.get(f"{PATH}/order-1").status_code == 401
