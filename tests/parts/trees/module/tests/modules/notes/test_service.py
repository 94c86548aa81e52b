"""What the service decides, with a repository passed in that only plays its part."""

from unittest.mock import Mock, create_autospec
from uuid import UUID

import pytest

from shop.modules.notes import service
from shop.modules.notes.models import Note
from shop.modules.notes.repository import Repository
from shop.modules.notes.schemas import NewNote
from shop.web.errors import NotFoundError

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


def test_a_new_one_is_added(repository: Mock, new: NewNote) -> None:
    created = service.create(repository, new)

    repository.add.assert_called_once_with(new)
    assert created is repository.add.return_value


def test_what_is_found_is_given(repository: Mock) -> None:
    row = repository.find.return_value = Note()

    assert service.read(repository, KEY) is row

    repository.find.assert_called_once_with(KEY)


def test_what_is_found_is_replaced(repository: Mock, new: NewNote) -> None:
    row = repository.find.return_value = Note()

    assert service.replace(repository, KEY, new) is row

    repository.replace.assert_called_once_with(row, new)


def test_what_is_found_is_deleted(repository: Mock) -> None:
    row = repository.find.return_value = Note()

    service.delete(repository, KEY)

    repository.remove.assert_called_once_with(row)


def test_what_is_not_there_cannot_be_read(repository: Mock) -> None:
    with pytest.raises(NotFoundError, match=NOT_FOUND):
        service.read(repository, KEY)


def test_what_is_not_there_cannot_be_replaced(repository: Mock, new: NewNote) -> None:
    with pytest.raises(NotFoundError, match=NOT_FOUND):
        service.replace(repository, KEY, new)

    repository.replace.assert_not_called()


def test_what_is_not_there_cannot_be_deleted(repository: Mock) -> None:
    with pytest.raises(NotFoundError, match=NOT_FOUND):
        service.delete(repository, KEY)

    repository.remove.assert_not_called()


def test_a_page_says_how_many_there_are_in_all(repository: Mock) -> None:
    repository.page.return_value = []
    repository.count.return_value = 3

    page = service.browse(repository, 2, 4)

    repository.page.assert_called_once_with(2, 4)
    assert (page.items, page.total) == ([], 3)
