"""What may be asked of a list of runs (S13, T9)."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Json, StringConstraints

from .models import State
from .views import Moment

MOST_READ = 2000
"""So many runs are read for one page at most, because a request must end soon."""
Text = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]


class Place(BaseModel):
    """The place of a run in the list."""

    model_config = ConfigDict(from_attributes=True)

    due_at: Moment
    id: UUID

    def __str__(self) -> str:
        return urlsafe_b64encode(self.model_dump_json().encode()).decode()


class Matching(BaseModel):
    """Which runs: with a due time from `from` on and before `to`; all without a filter."""

    name: Text | None = None
    since: Moment | None = Field(None, alias="from")
    until: Moment | None = Field(None, alias="to")
    error: Text | None = Field(None, description="A part of its text; case does not matter")


class Filter(Matching):
    """Which runs of jobs and tasks, and which page of them: `before` is in the `Link`."""

    kind: Literal["job", "task"] | None = None
    state: list[State] = []
    dismissed: bool | None = Field(None, description="Whether an operator has dismissed it")
    batch: UUID | None = None
    before: Annotated[Json[Place], BeforeValidator(urlsafe_b64decode)] | None = None
    limit: int = Field(50, ge=1, le=200)

    @property
    def index_has_all(self) -> bool:
        """Whether an index has the runs that match, in the order of the list."""
        name = self.name if self.state or self.batch else None
        return [self.kind, self.error, self.dismissed, name] == [None] * 4

    @property
    def most_read(self) -> int:
        """So many runs are read for the page; one more than it has where an index has them all."""
        return self.limit + 1 if self.index_has_all else MOST_READ
