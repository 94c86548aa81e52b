"""What the service decides, with a repository passed in that only plays its part."""

from unittest.mock import Mock, create_autospec
from uuid import UUID

import pytest

from shop.modules.results import service
from shop.modules.results.models import Result
from shop.modules.results.repository import Repository
from shop.modules.results.schemas import NewResult, ResultQuery
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
def new(examples: Examples) -> NewResult:
    """Give what is sent."""
    return NewResult.model_validate(examples[0])


def test_a_new_one_is_added(repository: Mock, new: NewResult) -> None:
    created = service.create(repository, new)

    repository.add.assert_called_once_with(new)
    assert created is repository.add.return_value


def test_what_is_found_is_given(repository: Mock) -> None:
    row = repository.find.return_value = Result()

    assert service.read(repository, KEY) is row

    repository.find.assert_called_once_with(KEY)


def test_what_is_not_there_cannot_be_read(repository: Mock) -> None:
    with pytest.raises(NotFoundError, match=NOT_FOUND):
        service.read(repository, KEY)


def test_a_page_without_more_has_no_next(repository: Mock) -> None:
    repository.page.return_value = []

    page = service.browse(repository, query := ResultQuery())

    repository.page.assert_called_once_with(query, None)
    assert (page.items, page.next) == ([], None)
