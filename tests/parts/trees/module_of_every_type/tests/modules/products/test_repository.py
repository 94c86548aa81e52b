"""The repository on a database of its own for each test."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from shop.database import Database
from shop.modules.products.models import ExactDecimal, Product
from shop.modules.products.repository import DuplicateError, Repository
from shop.modules.products.schemas import NewProduct, ProductView

START = datetime(2026, 3, 1, tzinfo=UTC)

FIELDS = NewProduct.model_fields
TABLE = Product.__table__
UNIQUE = [column.name for column in TABLE.columns if column.unique]

Examples = list[dict[str, object]]
Values = Callable[[str], list[object]]


@pytest.fixture
def repository(database: Database) -> Iterator[Repository]:
    """Open a transaction, which is rolled back at the end."""
    with Session(database.engine) as session:
        yield Repository(session)


def new(example: dict[str, object]) -> NewProduct:
    return NewProduct.model_validate(example)


def kept(repository: Repository, key: UUID) -> dict[str, object]:
    """Read a row from the database, not from memory."""
    repository.session.expire_all()
    view = ProductView.model_validate(repository.find(key))
    return view.model_dump(mode="json")


def test_a_row_is_found_as_it_was_sent(repository: Repository, examples: Examples) -> None:
    row = repository.add(new(examples[0]))

    assert kept(repository, row.id).items() >= examples[0].items()


@pytest.mark.parametrize("field", FIELDS)
def test_the_first_the_last_and_the_longest_value_that_is_valid_are_kept(
    repository: Repository, examples: Examples, fitting_values: Values, field: str
) -> None:
    values = fitting_values(field)
    longest = max(values, key=lambda each: len(str(each)))
    room = getattr(Product.__table__.columns[field].type, "length", None)
    assert room is None or len(str(longest)) <= room  # SQLite would not say so
    for value in (values[0], values[-1], longest):
        row = repository.add(new({**examples[0], field: value}))

        assert kept(repository, row.id)[field] == value
        repository.remove(row)


@pytest.mark.parametrize("field", [name for name in FIELDS if not FIELDS[name].is_required()])
def test_what_is_left_out_gets_its_default(
    repository: Repository, examples: Examples, field: str
) -> None:
    del examples[0][field]
    usual = new(examples[0]).model_dump(mode="json")[field]

    row = repository.add(new(examples[0]))

    assert kept(repository, row.id)[field] == usual


def test_a_row_knows_when_it_was_made(repository: Repository, examples: Examples) -> None:
    before = datetime.now(UTC)

    row = repository.add(new(examples[0]))

    assert before <= row.created_at <= datetime.now(UTC)


def test_what_is_not_there_is_not_found(repository: Repository) -> None:
    assert repository.find(UUID(int=7)) is None


def test_pages_begin_with_the_oldest(repository: Repository, examples: Examples) -> None:
    rows = [repository.add(new(example)) for example in examples]
    for row, number, day in zip(rows, (1, 2, 3), (3, 1, 2), strict=True):
        row.id, row.created_at = UUID(int=number), START + timedelta(days=day)

    assert list(repository.page(2, 0)) == [rows[1], rows[2]]
    assert list(repository.page(2, 2)) == [rows[0]]
    assert repository.count() == 3


def test_rows_of_the_same_moment_are_in_the_order_of_their_ids(
    repository: Repository, examples: Examples
) -> None:
    rows = [repository.add(new(example)) for example in examples]
    for row, number in zip(rows, (3, 1, 2), strict=True):
        row.created_at = START
        row.id = UUID(int=number)

    assert list(repository.page(3, 0)) == [rows[1], rows[2], rows[0]]


def test_no_decimal_is_kept_as_nothing(repository: Repository) -> None:
    nothing = literal(None, ExactDecimal())

    assert repository.session.scalar(select(nothing)) is None
    assert repository.session.scalar(select(nothing.is_(None)))


def test_a_row_is_replaced(repository: Repository, examples: Examples) -> None:
    row = repository.add(new(examples[0]))

    repository.replace(row, new(examples[1]))

    assert kept(repository, row.id).items() >= examples[1].items()


def test_a_removed_row_is_gone(repository: Repository, examples: Examples) -> None:
    row, other = (repository.add(new(example)) for example in examples[:2])

    repository.remove(row)

    assert list(repository.page(3, 0)) == [other]


@pytest.mark.parametrize("field", UNIQUE)
def test_no_second_row_has_the_same_value(
    repository: Repository, examples: Examples, field: str
) -> None:
    repository.add(new(examples[0]))

    with pytest.raises(DuplicateError):
        repository.add(new({**examples[1], field: examples[0][field]}))


@pytest.mark.parametrize("field", UNIQUE)
def test_no_row_is_given_the_value_of_another(
    repository: Repository, examples: Examples, field: str
) -> None:
    repository.add(new(examples[0]))
    row = repository.add(new(examples[1]))

    with pytest.raises(DuplicateError):
        repository.replace(row, new({**examples[1], field: examples[0][field]}))
