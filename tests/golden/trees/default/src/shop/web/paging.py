"""Lists page by page: a cursor says after which row the next page begins.

No page is found by counting rows (OFFSET): a database reads all that it passes over, and rows are
repeated or missed when others are added or deleted meanwhile.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter
from sqlalchemy import Select, tuple_

from .errors import UnprocessableError

View = TypeVar("View", bound=BaseModel)
Row = TypeVar("Row")

COMPARABLE: dict[Any, Any] = {
    int: Annotated[int, Field(ge=-(2**63), lt=2**63)],
    datetime: Annotated[
        AwareDatetime,
        Field(ge=datetime.min.replace(tzinfo=UTC), le=datetime.max.replace(tzinfo=UTC)),
    ],
}
"""What a column can be compared with, where that is less than all values of a type."""


class Paging(BaseModel):
    """What every list may be asked; a parameter that a list does not have is refused."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    limit: int = Field(default=20, ge=1, le=100)
    sort: Any = "created_at"
    after: str | None = Field(
        default=None, description="`next` of the page before, in the same order"
    )

    @property
    def sorted_by(self) -> str:
        """The column that the list is sorted by; a `-` before it means the greatest first."""
        return str(self.sort).removeprefix("-")


class PageStart(BaseModel):
    """Where a page begins: after the row with this id and value, in a list sorted by the value."""

    sort: str
    value: Any
    id: UUID


def start_of(query: Paging, view: type[BaseModel]) -> PageStart | None:
    """Read the cursor; raises UnprocessableError for one that is none of the list in this order."""
    if query.after is None:
        return None
    try:
        start = PageStart.model_validate_json(urlsafe_b64decode(query.after))
        start.value = _values_of(view, query.sorted_by).validate_python(start.value)
    except ValueError:
        start = None
    if start is None or start.sort != query.sort:
        raise UnprocessableError("this is no `next` of a page in this order", "query", "after")
    return start


def one_page(
    rows: Select[Row], model: type[Any], query: Paging, start: PageStart | None
) -> Select[Row]:
    """Select the rows of a page in their order, and one more if there is a next page."""
    columns = getattr(model, query.sorted_by), model.id
    backwards = query.sort.startswith("-")
    if start is not None:
        here, last = tuple_(*columns), (start.value, start.id)
        rows = rows.where(here < last if backwards else here > last)
    order = [column.desc() for column in columns] if backwards else columns
    return rows.order_by(*order).limit(query.limit + 1)


def cut(found: list[View], query: Paging) -> tuple[list[View], str | None]:
    """Give what is on the page, and the cursor of the next one if more was found."""
    items = found[: query.limit]
    return items, _cursor(items[-1], query) if len(found) > len(items) else None


def link_next(request: Request, response: Response, cursor: str | None) -> None:
    """Send the URL of the next page as `Link` (RFC 8288), relative to that of this one."""
    if cursor is not None:
        query = request.url.include_query_params(after=cursor).query
        response.headers["Link"] = f'<?{query}>; rel="next"'


def _cursor(last: BaseModel, query: Paging) -> str:
    shown = last.model_dump(mode="json")
    start = PageStart(sort=query.sort, value=shown[query.sorted_by], id=shown["id"])
    return urlsafe_b64encode(start.model_dump_json().encode()).decode()


@cache
def _values_of(view: type[BaseModel], name: str) -> TypeAdapter[Any]:
    kind: Any = view.model_fields[name].annotation
    return TypeAdapter(COMPARABLE.get(kind, kind))
