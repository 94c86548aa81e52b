"""What a run looks like over HTTP, and how a list of runs is paged (S13, T9)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict

from .models import Run, State


class RunView(BaseModel):
    """One run; `error` and `payload` are shown to operators only.

    `earlier` counts the due times before this one that the row stands for too.
    """

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    state: State
    attempt: int
    due_at: datetime
    earlier: int
    started_at: datetime | None
    finished_at: datetime | None
    error: str | None
    payload: str | None

    @classmethod
    def of(cls, run: Run, *, operator: bool) -> "RunView":
        """Show a run, without its details when the caller is not an operator."""
        view = cls.model_validate(run)
        return view if operator else view.model_copy(update={"error": None, "payload": None})


class Page(BaseModel):
    """Which part of a list: newest first."""

    limit: Annotated[int, Query(ge=1, le=200)] = 50
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0


PageDep = Annotated[Page, Query()]
