"""Decides what a request means: done, not found, in conflict. The repository is passed in."""

from collections.abc import Sequence
from uuid import UUID

from ...web.errors import ConflictError, NotFoundError
from ...web.etags import require_match
from ...web.paging import cut, start_of
from .models import Product
from .repository import DuplicateError, Repository
from .schemas import NewProduct, ProductChange, ProductPage, ProductQuery, ProductView

TAKEN = "another product has this sku or this code"


def browse(repository: Repository, query: ProductQuery) -> ProductPage:
    """Give a page; raises UnprocessableError for a cursor of another list."""
    rows = repository.page(query, start_of(query, ProductView))
    views = [ProductView.model_validate(row) for row in rows]
    items, after = cut(views, query)
    return ProductPage(items=items, next=after)


def read(repository: Repository, product_id: UUID) -> Product:
    """Give one; raises NotFoundError."""
    return _found(repository.find(product_id), product_id)


def create(repository: Repository, new: NewProduct) -> Product:
    """Keep a new one; raises ConflictError if a value that must be unique is taken."""
    try:
        return repository.add(new)
    except DuplicateError as error:
        raise ConflictError(TAKEN) from error


def replace(
    repository: Repository, product_id: UUID, new: NewProduct, if_match: Sequence[str] | None
) -> Product:
    """Replace one as a whole; raises as `delete` does, or ConflictError as `create`."""
    row = _to_change(repository, product_id, if_match)
    try:
        repository.replace(row, new)
    except DuplicateError as error:
        raise ConflictError(TAKEN) from error
    return row


def change(
    repository: Repository, product_id: UUID, change: ProductChange, if_match: Sequence[str] | None
) -> Product:
    """Change what was sent of one; raises as `delete` does, or ConflictError as `create`."""
    row = _to_change(repository, product_id, if_match)
    try:
        repository.change(row, change)
    except DuplicateError as error:
        raise ConflictError(TAKEN) from error
    return row


def delete(repository: Repository, product_id: UUID, if_match: Sequence[str] | None) -> None:
    """Delete one; raises NotFoundError, or PreconditionError if it is not what is named."""
    repository.remove(_to_change(repository, product_id, if_match))


def _to_change(repository: Repository, product_id: UUID, if_match: Sequence[str] | None) -> Product:
    found = repository.find(product_id, to_change=True)
    row = _found(found, product_id)
    if if_match is not None:
        require_match(if_match, ProductView.model_validate(row))
    return row


def _found(row: Product | None, product_id: UUID) -> Product:
    if row is None:
        raise NotFoundError(f"no product {product_id}")
    return row
