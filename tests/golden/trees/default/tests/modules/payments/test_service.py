"""One charge for one reference."""

from collections.abc import Callable

import httpx2
import pytest

from shop.database import Database
from shop.modules.payments import repository, service
from shop.modules.payments.gateway import (
    Gateway,
    PaymentRefusedError,
)
from shop.modules.payments.schemas import NewPayment
from shop.web.errors import ConflictError, NotFoundError

ORDER = NewPayment(amount=1999, currency="EUR", reference="order-1")

Answers = list[httpx2.Response | Exception]


def charged() -> httpx2.Response:
    return httpx2.Response(201, json={"id": "ch_1"})


def test_the_same_reference_is_charged_once(
    database: Database, gateway: Gateway, answers: Answers, asked: list[httpx2.Request]
) -> None:
    answers.append(charged())

    first = service.make_payment(ORDER, database, gateway)
    again = service.make_payment(ORDER, database, gateway)

    assert again.id == first.id
    assert len(asked) == 1


@pytest.mark.parametrize("change", [{"amount": 1}, {"currency": "USD"}])
def test_the_same_reference_cannot_stand_for_another_payment(
    database: Database, gateway: Gateway, answers: Answers, change: dict[str, object]
) -> None:
    answers.append(charged())
    service.make_payment(ORDER, database, gateway)

    with pytest.raises(ConflictError, match="order-1"):
        service.make_payment(ORDER.model_copy(update=change), database, gateway)


def test_a_refused_payment_may_be_tried_again_later(
    database: Database, gateway: Gateway, answers: Answers
) -> None:
    answers += [httpx2.Response(402, json={"reason": "no money"}), charged()]
    with pytest.raises(PaymentRefusedError):
        service.make_payment(ORDER, database, gateway)

    assert service.make_payment(ORDER, database, gateway).charge_id == "ch_1"


def test_two_requests_at_once_give_the_same_payment_and_hold_no_lock_meanwhile(
    database: Database, make_gateway: Callable[..., Gateway]
) -> None:
    def charge_while_another_request_finishes(_request: httpx2.Request) -> httpx2.Response:
        with database.transaction() as session:
            repository.add(session, ORDER, "ch_1")
        return charged()

    gateway = make_gateway(charge_while_another_request_finishes)

    payment = service.make_payment(ORDER, database, gateway)

    assert payment.id == service.read_payment("order-1", database).id


def test_an_unknown_payment_is_not_found(database: Database) -> None:
    with pytest.raises(NotFoundError, match="no payment order-2"):
        service.read_payment("order-2", database)
