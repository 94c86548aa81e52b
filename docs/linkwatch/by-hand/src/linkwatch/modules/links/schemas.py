"""What one link looks like over HTTP."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, HttpUrl

from ...values.left_out import LEFT_OUT
from ...values.mail_address import MailAddress
from ...web.paging import Paging


class NewLink(BaseModel):
    """What one is made of, or replaced by as a whole."""

    model_config = ConfigDict(extra="forbid")

    url: HttpUrl
    label: Annotated[str, Field(min_length=1, max_length=80)]
    active: bool = True
    notify: MailAddress | None = None


class LinkChange(BaseModel):
    """What is sent to change one: what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    url: HttpUrl = LEFT_OUT
    label: Annotated[str, Field(min_length=1, max_length=80)] = LEFT_OUT
    active: bool = LEFT_OUT
    notify: MailAddress | None = LEFT_OUT


class LinkView(BaseModel):
    """One as it is kept."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    created_at: datetime
    updated_at: datetime
    url: str
    label: str
    active: bool
    notify: str | None


class LinkQuery(Paging):
    """What a list may be asked for; `after` is the `next` of the page before."""

    sort: Literal["created_at", "-created_at", "label", "-label"] = "created_at"
    active: bool | None = None
    search: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class LinkPage(BaseModel):
    """Some of them, and the cursor of the next page, if there is more."""

    items: list[LinkView]
    next: str | None
