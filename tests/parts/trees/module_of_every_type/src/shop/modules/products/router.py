"""`/products`: list, make, look at, replace, change, delete, publish."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from ...database import DatabaseDep, ReadSessionDep, SessionDep
from ...web.etags import UNCHANGED, IfMatch, IfNoneMatch, tagged
from ...web.paging import link_next
from ...web.refusals import BODY_REFUSALS, refusals
from ...web.security import ClientOnly
from . import service
from .gateway import GatewayDep, open_client
from .repository import Repository
from .schemas import NewProduct, ProductChange, ProductPage, ProductQuery, ProductView

router = APIRouter(
    prefix="/products",
    tags=["products"],
    dependencies=[ClientOnly],
    responses=refusals(401),
    lifespan=open_client,
)


@router.get("")
def browse(
    query: Annotated[ProductQuery, Query()],
    session: ReadSessionDep,
    request: Request,
    response: Response,
) -> ProductPage:
    """List them, page by page: `Link` has the URL of the next one, if there is more."""
    page = service.browse(Repository(session), query)
    link_next(request, response, page.next)
    return page


@router.post("", status_code=HTTPStatus.CREATED, responses=BODY_REFUSALS | refusals(409))
def create(new: NewProduct, session: SessionDep, response: Response) -> ProductView:
    """Make one; 409 when a value that must be unique is taken."""
    row = service.create(Repository(session), new)
    return tagged(response, ProductView.model_validate(row))


@router.get("/{product_id}", responses=refusals(404) | UNCHANGED)
def read(
    product_id: UUID, session: ReadSessionDep, response: Response, if_none_match: IfNoneMatch = None
) -> ProductView:
    """Look at one."""
    row = service.read(Repository(session), product_id)
    return tagged(response, ProductView.model_validate(row), if_none_match)


@router.put("/{product_id}", responses=BODY_REFUSALS | refusals(404, 409, 412))
def replace(
    product_id: UUID,
    new: NewProduct,
    session: SessionDep,
    response: Response,
    if_match: IfMatch = None,
) -> ProductView:
    """Replace one as a whole: what is left out gets its default."""
    row = service.replace(Repository(session), product_id, new, if_match)
    return tagged(response, ProductView.model_validate(row))


@router.patch("/{product_id}", responses=BODY_REFUSALS | refusals(404, 409, 412))
def change(
    product_id: UUID,
    change: ProductChange,
    session: SessionDep,
    response: Response,
    if_match: IfMatch = None,
) -> ProductView:
    """Change one: what is left out stays as it is."""
    row = service.change(Repository(session), product_id, change, if_match)
    return tagged(response, ProductView.model_validate(row))


@router.delete(
    "/{product_id}", status_code=HTTPStatus.NO_CONTENT, responses=refusals(404, 409, 412)
)
def delete(product_id: UUID, session: SessionDep, if_match: IfMatch = None) -> None:
    """Delete one; 409 while other rows refer to it."""
    service.delete(Repository(session), product_id, if_match)


@router.post(
    "/{product_id}/publish", status_code=HTTPStatus.NO_CONTENT, responses=refusals(404, 503)
)
def publish(product_id: UUID, database: DatabaseDep, gateway: GatewayDep) -> None:
    """Tell the other service about one; 503 when it cannot be told now."""
    with database.snapshot() as session:  # closed before the gateway works: it may take long
        row = service.read(Repository(session), product_id)
    gateway.publish(ProductView.model_validate(row))
