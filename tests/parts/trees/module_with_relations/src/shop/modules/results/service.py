"""Decides what a request means: done, not found. The repository is passed in."""

from uuid import UUID

from ...web.errors import NotFoundError
from ...web.paging import cut, start_of
from .models import Result
from .repository import Repository
from .schemas import NewResult, ResultPage, ResultQuery, ResultView


def browse(repository: Repository, query: ResultQuery, **of: UUID) -> ResultPage:
    """Give a page; with the name of a field and an id: of what refers to that row.

    Raises UnprocessableError for a cursor of another list, NotFoundError if that row is not there.
    """
    for name, key in of.items():
        if not repository.refers(name, key):
            raise NotFoundError(f"no {name.removesuffix('_id').replace('_', ' ')} {key}")
    rows = repository.page(query, start_of(query, ResultView), **of)
    views = [ResultView.model_validate(row) for row in rows]
    items, after = cut(views, query)
    return ResultPage(items=items, next=after)


def read(repository: Repository, result_id: UUID) -> Result:
    """Give one; raises NotFoundError."""
    return _found(repository.find(result_id), result_id)


def create(repository: Repository, new: NewResult) -> Result:
    """Keep a new one."""
    return repository.add(new)


def _found(row: Result | None, result_id: UUID) -> Result:
    if row is None:
        raise NotFoundError(f"no result {result_id}")
    return row
