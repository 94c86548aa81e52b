"""What the service decides, with a repository passed in that only plays its part."""

from unittest.mock import Mock, create_autospec

import pytest

from shop.modules.payments import service
from shop.modules.payments.models import Payment
from shop.modules.payments.repository import Repository
from shop.modules.payments.schemas import NewPayment, Order
from shop.web.errors import ConflictError, NotFoundError

ORDER = Order(amount=1999, currency="EUR", reference="order-1")
OTHER = [{"amount": 1}, {"currency": "USD"}]


@pytest.fixture
def repository() -> Mock:
    """Play a repository in which nothing is found."""
    repository: Mock = create_autospec(Repository, instance=True)
    repository.find.return_value = None
    return repository


@pytest.fixture
def row() -> Payment:
    """Give what is kept of ORDER."""
    return Payment(**ORDER.model_dump(), charge_id="ch_1")


def test_what_was_sent_stays() -> None:
    sent = NewPayment(amount=1, currency="USD", reference="order-7")

    order = service.complete(sent, "EUR", "key")

    assert order == Order(amount=1, currency="USD", reference="order-7")


def test_what_was_left_out_is_added() -> None:
    sent = NewPayment(amount=1)

    first, again, other, *fresh = (
        service.complete(sent, "EUR", key) for key in ("a", "a", "b", None, None)
    )

    assert (first.amount, first.currency) == (1, "EUR")
    assert first == again
    assert len({each.reference for each in (first, other, *fresh)}) == 4


def test_what_is_found_is_given(repository: Mock, row: Payment) -> None:
    repository.find.return_value = row

    assert service.read(repository, "order-1") is row

    repository.find.assert_called_once_with("order-1")


def test_what_is_not_there_cannot_be_read(repository: Mock) -> None:
    with pytest.raises(NotFoundError, match=r"^no payment order-2$"):
        service.read(repository, "order-2")


def test_what_was_paid_before_is_given(repository: Mock, row: Payment) -> None:
    assert service.earlier(repository, ORDER) is None

    repository.find.return_value = row

    assert service.earlier(repository, ORDER) is row
    repository.find.assert_called_with("order-1")


def test_what_was_charged_is_added(repository: Mock, row: Payment) -> None:
    repository.add.return_value = row

    assert service.create(repository, ORDER, "ch_1") is row

    repository.add.assert_called_once_with(ORDER, "ch_1")


@pytest.mark.parametrize("change", OTHER)
def test_a_reference_cannot_stand_for_another_payment(
    repository: Mock, row: Payment, change: dict[str, object]
) -> None:
    repository.find.return_value = repository.add.return_value = row
    other = ORDER.model_copy(update=change)

    with pytest.raises(ConflictError, match=r"^order-1 was paid with another amount or currency$"):
        service.earlier(repository, other)
    with pytest.raises(ConflictError, match=r"^order-1 was paid with another amount or currency$"):
        service.create(repository, other, "ch_2")
