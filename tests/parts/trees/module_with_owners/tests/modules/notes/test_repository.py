"""The repository on a database of its own for each test."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import schema, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shop.database import Database
from shop.modules.notes.models import Note
from shop.modules.notes.repository import DuplicateError, Repository
from shop.modules.notes.schemas import NewNote, NoteChange, NoteView
from shop.web.callers import LOCAL

FIELDS = NewNote.model_fields
UNIQUE = [
    column.name
    for each in Note.__table_args__
    if isinstance(each, schema.UniqueConstraint)
    for column in each.columns
    if column.name != "owner"
]

Examples = list[dict[str, object]]
Values = Callable[[str], list[object]]


@pytest.fixture
def repository(database: Database) -> Iterator[Repository]:
    """Open a transaction, which is rolled back at the end."""
    with Session(database.engine) as session:
        yield Repository(session, LOCAL.name)


def new(example: dict[str, object]) -> NewNote:
    return NewNote.model_validate(example)


def kept(repository: Repository, key: UUID) -> dict[str, object]:
    """Read a row from the database, not from memory."""
    repository.session.expire_all()
    row = repository.session.get(Note, key)
    return NoteView.model_validate(row).model_dump(mode="json")


def test_a_row_is_found_as_it_was_sent(repository: Repository, examples: Examples) -> None:
    row = repository.add(new(examples[0]))

    assert kept(repository, row.id).items() >= examples[0].items()


@pytest.mark.parametrize("field", FIELDS)
def test_the_first_the_last_and_the_longest_value_that_is_valid_are_kept(
    repository: Repository, examples: Examples, fitting_values: Values, field: str
) -> None:
    values = fitting_values(field)
    longest = max(values, key=lambda each: len(str(each or "")))
    room = getattr(Note.__table__.columns[field].type, "length", None)
    assert room is None or len(str(longest or "")) <= room  # SQLite would not say so
    for value in (values[0], values[-1], longest):
        row = repository.add(new({**examples[0], field: value}))

        assert kept(repository, row.id)[field] == value
        repository.session.delete(row)
        repository.session.flush()


def test_a_row_knows_when_it_was_made(repository: Repository, examples: Examples) -> None:
    before = datetime.now(UTC)

    row = repository.add(new(examples[0]))

    assert before <= row.created_at <= datetime.now(UTC)


def test_what_is_there_is_found_by_its_id(repository: Repository, examples: Examples) -> None:
    rows = [repository.add(new(example)) for example in examples]

    assert [repository.find(row.id) for row in rows] == rows


def test_what_is_not_there_is_not_found(repository: Repository) -> None:
    assert repository.find(UUID(int=7)) is None


def test_a_row_knows_when_it_was_last_changed(repository: Repository, examples: Examples) -> None:
    row = repository.add(new(examples[0]))
    assert row.updated_at == row.created_at
    row.updated_at = long_ago = datetime(2026, 3, 1, tzinfo=UTC)
    repository.session.flush()

    repository.replace(row, new(examples[0]))
    kept(repository, row.id)
    assert row.updated_at == long_ago

    before = datetime.now(UTC)
    repository.replace(row, new(examples[1]))
    assert (row.updated_at >= before) is (examples[0] != examples[1])


def test_a_row_is_replaced(repository: Repository, examples: Examples) -> None:
    row = repository.add(new(examples[0]))

    repository.replace(row, new(examples[1]))

    assert kept(repository, row.id).items() >= examples[1].items()


@pytest.mark.parametrize("field", FIELDS)
def test_what_is_left_out_of_a_change_stays(
    repository: Repository, examples: Examples, field: str
) -> None:
    row = repository.add(new(examples[0]))
    sent = {field: examples[1][field]}

    repository.change(row, NoteChange.model_validate(sent))

    assert kept(repository, row.id).items() >= {**examples[0], **sent}.items()


def test_a_removed_row_is_gone(repository: Repository, examples: Examples) -> None:
    row, other = (repository.add(new(example)) for example in examples[:2])

    repository.remove(row)

    assert repository.session.scalars(select(Note)).all() == [other]


@pytest.mark.parametrize("field", UNIQUE)
def test_no_second_row_has_the_same_value(
    repository: Repository, examples: Examples, field: str
) -> None:
    repository.add(new(examples[0]))

    with pytest.raises(DuplicateError) as raised:
        repository.add(new({**examples[1], field: examples[0][field]}))
    assert raised.value.args == (field,)


@pytest.mark.parametrize("field", UNIQUE)
def test_no_row_is_replaced_to_the_value_of_another(
    repository: Repository, examples: Examples, field: str
) -> None:
    repository.add(new(examples[0]))
    row = repository.add(new(examples[1]))
    same = {field: examples[0][field]}

    with pytest.raises(DuplicateError) as raised:
        repository.replace(row, new({**examples[1], **same}))
    assert raised.value.args == (field,)


@pytest.mark.parametrize("field", UNIQUE)
def test_no_row_is_changed_to_the_value_of_another(
    repository: Repository, examples: Examples, field: str
) -> None:
    repository.add(new(examples[0]))
    row = repository.add(new(examples[1]))
    same = {field: examples[0][field]}

    with pytest.raises(DuplicateError) as raised:
        repository.change(row, NoteChange.model_validate(same))
    assert raised.value.args == (field,)


def test_a_value_that_is_missing_is_not_called_taken(
    repository: Repository, examples: Examples
) -> None:
    row = repository.add(new(examples[0]))
    setattr(row, "created_at", None)  # noqa: B010

    with pytest.raises(IntegrityError):
        repository._write()
