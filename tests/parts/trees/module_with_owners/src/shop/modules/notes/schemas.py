"""What one note looks like over HTTP."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from ...values.left_out import LEFT_OUT
from ...web.paging import Paging

Int64 = Annotated[int, Field(ge=-(2**63), lt=2**63)]


class NewNote(BaseModel):
    """What one is made of, or replaced by as a whole."""

    model_config = ConfigDict(extra="forbid")

    label: Annotated[str, Field(min_length=1, max_length=80)]
    rank: Int64
    about_id: UUID | None
    colour_id: UUID
    day: date


class NoteChange(BaseModel):
    """What is sent to change one: what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    label: Annotated[str, Field(min_length=1, max_length=80)] = LEFT_OUT
    rank: Int64 = LEFT_OUT
    about_id: UUID | None = LEFT_OUT
    colour_id: UUID = LEFT_OUT
    day: date = LEFT_OUT


class NoteView(BaseModel):
    """One as it is kept."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    created_at: datetime
    updated_at: datetime
    label: str
    rank: int
    about_id: UUID | None
    colour_id: UUID
    day: date


class NoteQuery(Paging):
    """What a list may be asked for; `after` is the `next` of the page before."""

    sort: Literal["created_at", "-created_at", "day", "-day"] = "created_at"
    rank_from: Int64 | None = None
    label: str | None = None
    search: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class NotePage(BaseModel):
    """Some of them, and the cursor of the next page, if there is more."""

    items: list[NoteView]
    next: str | None
