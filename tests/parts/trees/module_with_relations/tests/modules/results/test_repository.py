"""The repository on a database of its own for each test."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from shop.database import Database
from shop.modules.results.models import Result
from shop.modules.results.repository import Repository
from shop.modules.results.schemas import NewResult, ResultView

FIELDS = NewResult.model_fields

Examples = list[dict[str, object]]
Values = Callable[[str], list[object]]


@pytest.fixture
def repository(database: Database) -> Iterator[Repository]:
    """Open a transaction, which is rolled back at the end."""
    with Session(database.engine) as session:
        yield Repository(session)


def new(example: dict[str, object]) -> NewResult:
    return NewResult.model_validate(example)


def kept(repository: Repository, key: UUID) -> dict[str, object]:
    """Read a row from the database, not from memory."""
    repository.session.expire_all()
    row = repository.session.get(Result, key)
    return ResultView.model_validate(row).model_dump(mode="json")


def test_a_row_is_found_as_it_was_sent(repository: Repository, examples: Examples) -> None:
    row = repository.add(new(examples[0]))

    assert kept(repository, row.id).items() >= examples[0].items()


@pytest.mark.parametrize("field", FIELDS)
def test_the_first_the_last_and_the_longest_value_that_is_valid_are_kept(
    repository: Repository, examples: Examples, fitting_values: Values, field: str
) -> None:
    values = fitting_values(field)
    longest = max(values, key=lambda each: len(str(each or "")))
    room = getattr(Result.__table__.columns[field].type, "length", None)
    assert room is None or len(str(longest or "")) <= room  # SQLite would not say so
    for value in (values[0], values[-1], longest):
        row = repository.add(new({**examples[0], field: value}))

        assert kept(repository, row.id)[field] == value
        repository.session.delete(row)
        repository.session.flush()


@pytest.mark.parametrize("field", [name for name in FIELDS if not FIELDS[name].is_required()])
def test_what_is_left_out_gets_its_default(
    repository: Repository, examples: Examples, field: str
) -> None:
    del examples[0][field]
    sent = new(examples[0])

    row = repository.add(sent)

    assert kept(repository, row.id)[field] == sent.model_dump(mode="json")[field]


def test_a_row_knows_when_it_was_made(repository: Repository, examples: Examples) -> None:
    before = datetime.now(UTC)

    row = repository.add(new(examples[0]))

    assert before <= row.created_at <= datetime.now(UTC)


def test_what_is_there_is_found_by_its_id(repository: Repository, examples: Examples) -> None:
    rows = [repository.add(new(example)) for example in examples]

    assert [repository.find(row.id) for row in rows] == rows


def test_what_is_not_there_is_not_found(repository: Repository) -> None:
    assert repository.find(UUID(int=7)) is None
