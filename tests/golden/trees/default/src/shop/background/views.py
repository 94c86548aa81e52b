"""How HTTP responses show a run, and the pages of a list of runs (S13, T9)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict

from .models import Run, State


class RunView(BaseModel):
    """One run; only operators see `error` and `payload`.

    `earlier` is the number of earlier due times that have no row of their own.
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
    """A page of a list that has the newest first."""

    limit: Annotated[int, Query(ge=1, le=200)] = 50
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0


PageDep = Annotated[Page, Query()]
