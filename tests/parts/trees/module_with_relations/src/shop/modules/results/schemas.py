"""What one result looks like over HTTP."""

from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from ...web.paging import Paging


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("out of range") from error


Int64 = Annotated[int, Field(ge=-(2**63), lt=2**63)]
Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class NewResult(BaseModel):
    """What one is made of."""

    model_config = ConfigDict(extra="forbid")

    link_id: UUID
    status: Int64
    label: Annotated[str, Field(min_length=1, max_length=80)]
    found: Moment = Field(default_factory=lambda: datetime.now(UTC))


class ResultView(BaseModel):
    """One as it is kept."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    created_at: datetime
    updated_at: datetime
    link_id: UUID
    status: int
    label: str
    found: datetime


class ResultQuery(Paging):
    """What a list may be asked for; `after` is the `next` of the page before."""

    sort: Literal["created_at", "-created_at", "status", "-status"] = "created_at"
    status_from: Int64 | None = None
    label: str | None = None
    search: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class ResultPage(BaseModel):
    """Some of them, and the cursor of the next page, if there is more."""

    items: list[ResultView]
    next: str | None
