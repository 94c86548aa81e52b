"""Decides what a request means: done, not found, in conflict. The repository is passed in."""

from uuid import UUID

from ...web.errors import ConflictError, NotFoundError
from .models import Product
from .repository import DuplicateError, Repository
from .schemas import NewProduct, ProductPage, ProductView

TAKEN = "another product has this sku"


def browse(repository: Repository, limit: int, offset: int) -> ProductPage:
    """Give up to `limit` after the first `offset`, and how many there are."""
    rows = repository.page(limit, offset)
    items = [ProductView.model_validate(row) for row in rows]
    return ProductPage(items=items, total=repository.count())


def read(repository: Repository, product_id: UUID) -> Product:
    """Give one; raises NotFoundError."""
    return _found(repository.find(product_id), product_id)


def create(repository: Repository, new: NewProduct) -> Product:
    """Keep a new one; raises ConflictError if a value that must be unique is taken."""
    try:
        return repository.add(new)
    except DuplicateError as error:
        raise ConflictError(TAKEN) from error


def replace(repository: Repository, product_id: UUID, new: NewProduct) -> Product:
    """Replace one as a whole; raises NotFoundError, or ConflictError as `create` does."""
    found = repository.find(product_id, to_change=True)
    row = _found(found, product_id)
    try:
        repository.replace(row, new)
    except DuplicateError as error:
        raise ConflictError(TAKEN) from error
    return row


def delete(repository: Repository, product_id: UUID) -> None:
    """Delete one; raises NotFoundError."""
    found = repository.find(product_id, to_change=True)
    repository.remove(_found(found, product_id))


def _found(row: Product | None, product_id: UUID) -> Product:
    if row is None:
        raise NotFoundError(f"no product {product_id}")
    return row
