"""The repository on a database of its own for each test."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.database import Database
from shop.modules.payments.models import Payment
from shop.modules.payments.repository import Repository
from shop.modules.payments.schemas import Order, PaymentView

ORDER = Order(amount=1999, currency="EUR", reference="order-1")


@pytest.fixture
def repository(database: Database) -> Iterator[Repository]:
    """Open a transaction, which is rolled back at the end."""
    with Session(database.engine) as session:
        yield Repository(session)


def test_a_row_is_found_as_it_was_paid(repository: Repository) -> None:
    row = repository.add(ORDER, "ch_1")
    repository.session.expire_all()  # read it from the database, not from memory

    kept = PaymentView.model_validate(row).model_dump()

    assert kept.items() >= {**ORDER.model_dump(), "charge_id": "ch_1"}.items()


def test_a_row_knows_when_it_was_made(repository: Repository) -> None:
    before = datetime.now(UTC)

    row = repository.add(ORDER, "ch_1")

    assert before <= row.created_at <= datetime.now(UTC)


def test_what_is_there_is_found_by_its_reference(repository: Repository) -> None:
    row = repository.add(ORDER, "ch_1")
    repository.add(ORDER.model_copy(update={"reference": "order-2"}), "ch_2")

    assert repository.find("order-1") is row


def test_what_is_not_there_is_not_found(repository: Repository) -> None:
    assert repository.find("order-1") is None


def test_a_reference_is_kept_once(repository: Repository) -> None:
    first, again = (repository.add(ORDER, charge_id) for charge_id in ("ch_1", "ch_2"))

    assert again is first
    assert again.charge_id == "ch_1"
    assert repository.session.scalars(select(Payment)).all() == [first]
