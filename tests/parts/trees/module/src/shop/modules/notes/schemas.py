"""What one note looks like over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class NewNote(BaseModel):
    """What is sent to make one, or to replace one as a whole."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=80)]


class NoteView(BaseModel):
    """One as it is kept."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    created_at: datetime
    name: str


class NotePage(BaseModel):
    """Some of them, the oldest first, and how many there are in all."""

    items: list[NoteView]
    total: int
