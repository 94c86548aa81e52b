"""What the service decides, with a repository passed in that only plays its part."""

from unittest.mock import Mock, create_autospec
from uuid import UUID

import pytest

from shop.modules.notes import service
from shop.modules.notes.models import Note
from shop.modules.notes.repository import DuplicateError, Repository
from shop.modules.notes.schemas import NewNote, NoteChange, NoteQuery, NoteView
from shop.web.errors import ConflictError, NotFoundError
from shop.web.etags import PreconditionError, etag_of

KEY = UUID(int=7)
NOT_FOUND = str(KEY)

Examples = list[dict[str, object]]


@pytest.fixture
def repository() -> Mock:
    """Play a repository in which nothing is found."""
    repository: Mock = create_autospec(Repository, instance=True)
    repository.find.return_value = None
    return repository


@pytest.fixture
def new(examples: Examples) -> NewNote:
    """Give what is sent."""
    return NewNote.model_validate(examples[0])


@pytest.fixture
def change(examples: Examples) -> NoteChange:
    """Give what is sent to change one."""
    return NoteChange.model_validate(examples[0])


@pytest.fixture
def seen(repository: Mock, examples: Examples) -> NoteView:
    """Let one be found, which the caller has seen."""
    own: dict[str, object] = {"id": KEY, "created_at": "2026-03-01T00:00:00Z"}
    own["updated_at"] = own["created_at"]
    found = NoteView.model_validate({**own, **examples[0]})
    repository.find.return_value = found
    return found


def test_a_new_one_is_added(repository: Mock, new: NewNote) -> None:
    created = service.create(repository, new)

    repository.add.assert_called_once_with(new)
    assert created is repository.add.return_value


def test_what_is_found_is_given(repository: Mock) -> None:
    row = repository.find.return_value = Note()

    assert service.read(repository, KEY) is row

    repository.find.assert_called_once_with(KEY)


def test_what_is_not_there_cannot_be_read(repository: Mock) -> None:
    with pytest.raises(NotFoundError, match=NOT_FOUND):
        service.read(repository, KEY)


def test_what_is_found_is_replaced(repository: Mock, new: NewNote) -> None:
    row = repository.find.return_value = Note()

    assert service.replace(repository, KEY, new, None) is row

    repository.find.assert_called_once_with(KEY, to_change=True)
    repository.replace.assert_called_once_with(row, new)


def test_what_is_not_there_cannot_be_replaced(repository: Mock, new: NewNote) -> None:
    with pytest.raises(NotFoundError, match=NOT_FOUND):
        service.replace(repository, KEY, new, ["*"])

    repository.replace.assert_not_called()


def test_what_is_as_it_was_seen_is_replaced(repository: Mock, seen: NoteView, new: NewNote) -> None:
    service.replace(repository, KEY, new, [etag_of(seen)])

    repository.replace.assert_called_once()


@pytest.mark.usefixtures("seen")
def test_what_is_not_as_it_was_seen_is_not_replaced(repository: Mock, new: NewNote) -> None:
    with pytest.raises(PreconditionError):
        service.replace(repository, KEY, new, ['"another"'])

    repository.replace.assert_not_called()


def test_what_is_found_is_changed(repository: Mock, change: NoteChange) -> None:
    row = repository.find.return_value = Note()

    assert service.change(repository, KEY, change, None) is row

    repository.find.assert_called_once_with(KEY, to_change=True)
    repository.change.assert_called_once_with(row, change)


def test_what_is_not_there_cannot_be_changed(repository: Mock, change: NoteChange) -> None:
    with pytest.raises(NotFoundError, match=NOT_FOUND):
        service.change(repository, KEY, change, ["*"])

    repository.change.assert_not_called()


def test_what_is_as_it_was_seen_is_changed(
    repository: Mock, seen: NoteView, change: NoteChange
) -> None:
    service.change(repository, KEY, change, [etag_of(seen)])

    repository.change.assert_called_once()


@pytest.mark.usefixtures("seen")
def test_what_is_not_as_it_was_seen_is_not_changed(repository: Mock, change: NoteChange) -> None:
    with pytest.raises(PreconditionError):
        service.change(repository, KEY, change, ['"another"'])

    repository.change.assert_not_called()


def test_what_is_found_is_deleted(repository: Mock) -> None:
    row = repository.find.return_value = Note()

    service.delete(repository, KEY, None)

    repository.find.assert_called_once_with(KEY, to_change=True)
    repository.remove.assert_called_once_with(row)


def test_what_is_not_there_cannot_be_deleted(repository: Mock) -> None:
    with pytest.raises(NotFoundError, match=NOT_FOUND):
        service.delete(repository, KEY, ["*"])

    repository.remove.assert_not_called()


def test_what_is_as_it_was_seen_is_deleted(repository: Mock, seen: NoteView) -> None:
    service.delete(repository, KEY, [etag_of(seen)])

    repository.remove.assert_called_once()


@pytest.mark.usefixtures("seen")
def test_what_is_not_as_it_was_seen_is_not_deleted(repository: Mock) -> None:
    with pytest.raises(PreconditionError):
        service.delete(repository, KEY, ['"another"'])

    repository.remove.assert_not_called()


def test_a_page_without_more_has_no_next(repository: Mock) -> None:
    repository.page.return_value = []

    page = service.browse(repository, query := NoteQuery())

    repository.page.assert_called_once_with(query, None)
    assert (page.items, page.next) == ([], None)


def test_a_taken_value_is_a_conflict(repository: Mock, new: NewNote) -> None:
    repository.add.side_effect = DuplicateError

    with pytest.raises(ConflictError) as raised:
        service.create(repository, new)

    assert raised.value.detail == service.TAKEN


def test_what_is_replaced_to_the_value_of_another_is_a_conflict(
    repository: Mock, new: NewNote
) -> None:
    repository.find.return_value = Note()
    repository.replace.side_effect = DuplicateError

    with pytest.raises(ConflictError) as raised:
        service.replace(repository, KEY, new, None)

    assert raised.value.detail == service.TAKEN


def test_what_is_changed_to_the_value_of_another_is_a_conflict(
    repository: Mock, change: NoteChange
) -> None:
    repository.find.return_value = Note()
    repository.change.side_effect = DuplicateError

    with pytest.raises(ConflictError) as raised:
        service.change(repository, KEY, change, None)

    assert raised.value.detail == service.TAKEN
