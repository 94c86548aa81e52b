"""Selects a page of the runs of all jobs and tasks (S13, T9).

Each part of the statement reads an index in its order, and no further than for this page. With a
filter by kind or error, or by name and state together, it reads on until the page is full.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Json, StringConstraints
from sqlalchemy import ColumnElement, Select, literal, select, tuple_, union_all

from .models import Run, State
from .views import Moment

Text = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
NEWEST_FIRST = (Run.due_at.desc(), Run.id.desc())


class Place(BaseModel):
    """The place of a run in the list."""

    model_config = ConfigDict(from_attributes=True)

    due_at: Moment
    id: UUID

    def __str__(self) -> str:
        return urlsafe_b64encode(self.model_dump_json().encode()).decode()


class Filter(BaseModel):
    """Which runs: with a due time from `from` on and before `to`. `before` is in the `Link`."""

    kind: Literal["job", "task"] | None = None
    name: Text | None = None
    state: list[State] = []
    since: Moment | None = Field(None, alias="from")
    until: Moment | None = Field(None, alias="to")
    error: Text | None = Field(None, description="A part of its text; case does not matter")
    before: Annotated[Json[Place], BeforeValidator(urlsafe_b64decode)] | None = None
    limit: int = Field(50, ge=1, le=200)


def page(which: Filter) -> Select[Run]:
    """Select the runs of a page, and one more if there is a next page."""
    parts = [select(part.limit(which.limit + 1).subquery()) for part in _parts(which)]
    ids = union_all(*parts).subquery()
    runs = select(Run).join(ids, ids.c.id == Run.id)
    return runs.order_by(*NEWEST_FIRST).limit(which.limit + 1)


def _parts(which: Filter) -> Iterator[Select[UUID]]:
    ids = select(Run.id).where(*_conditions(which)).order_by(*NEWEST_FIRST)
    if which.name is not None and which.error is None and not which.state:
        yield ids
        return
    without_error = set[State]() if which.error is None else {State.SUCCEEDED}
    for state in set(which.state) or set(State) - without_error:
        yield ids.where(Run.state == state)


def _conditions(which: Filter) -> Iterator[ColumnElement[bool]]:
    if which.kind is not None:
        yield Run.kind == which.kind
    if which.name is not None:
        yield Run.name == which.name
    if which.since is not None:
        yield Run.due_at >= which.since
    if which.until is not None:
        yield Run.due_at < which.until
    if which.error is not None:
        yield Run.error.icontains(which.error, autoescape=True)
    if (last := which.before) is not None:
        place = literal(last.due_at, Run.due_at.type), literal(last.id, Run.id.type)
        yield tuple_(Run.due_at, Run.id) < tuple_(*place)
