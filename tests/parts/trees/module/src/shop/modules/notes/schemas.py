"""What one note looks like over HTTP."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from ...values.left_out import LEFT_OUT
from ...web.paging import Paging


class NewNote(BaseModel):
    """What one is made of, or replaced by as a whole."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=80)]


class NoteChange(BaseModel):
    """What is sent to change one: what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=80)] = LEFT_OUT


class NoteView(BaseModel):
    """One as it is kept."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    created_at: datetime
    updated_at: datetime
    name: str


class NoteQuery(Paging):
    """What a list may be asked for; `after` is the `next` of the page before."""

    sort: Literal["created_at", "-created_at"] = "created_at"


class NotePage(BaseModel):
    """Some of them, and the cursor of the next page, if there is more."""

    items: list[NoteView]
    next: str | None
