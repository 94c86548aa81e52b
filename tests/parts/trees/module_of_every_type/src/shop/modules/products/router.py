"""`/products`: list, make, look at, replace, delete, publish."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from ...database import DatabaseDep, ReadSessionDep, SessionDep
from ...web.refusals import BODY_REFUSALS, refusals
from ...web.security import ClientOnly
from . import service
from .gateway import GatewayDep, open_client
from .models import Product
from .repository import Repository
from .schemas import NewProduct, ProductPage, ProductView

router = APIRouter(
    prefix="/products",
    tags=["products"],
    dependencies=[ClientOnly],
    responses=refusals(401),
    lifespan=open_client,
)

Limit = Annotated[int, Query(ge=1, le=100)]
Offset = Annotated[int, Query(ge=0, le=10**9)]


@router.get("")
def browse(session: ReadSessionDep, limit: Limit = 20, offset: Offset = 0) -> ProductPage:
    """List them, the oldest first."""
    return service.browse(Repository(session), limit, offset)


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    response_model=ProductView,
    responses=BODY_REFUSALS | refusals(409),
)
def create(new: NewProduct, session: SessionDep) -> Product:
    """Make one; 409 when a value that must be unique is taken."""
    return service.create(Repository(session), new)


@router.get("/{product_id}", response_model=ProductView, responses=refusals(404))
def read(product_id: UUID, session: ReadSessionDep) -> Product:
    """Look at one."""
    return service.read(Repository(session), product_id)


@router.put(
    "/{product_id}", response_model=ProductView, responses=BODY_REFUSALS | refusals(404, 409)
)
def replace(product_id: UUID, new: NewProduct, session: SessionDep) -> Product:
    """Replace one as a whole: what is left out gets its default."""
    return service.replace(Repository(session), product_id, new)


@router.delete("/{product_id}", status_code=HTTPStatus.NO_CONTENT, responses=refusals(404))
def delete(product_id: UUID, session: SessionDep) -> None:
    """Delete one."""
    service.delete(Repository(session), product_id)


@router.post(
    "/{product_id}/publish", status_code=HTTPStatus.NO_CONTENT, responses=refusals(404, 503)
)
def publish(product_id: UUID, database: DatabaseDep, gateway: GatewayDep) -> None:
    """Tell the other service about one; 503 when it cannot be told now."""
    with database.snapshot() as session:  # closed before the gateway works: it may take long
        row = service.read(Repository(session), product_id)
    gateway.publish(ProductView.model_validate(row))
