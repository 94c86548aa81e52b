"""How HTTP responses show a run, and the pages of a list of runs (S13, T9)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Json
from sqlalchemy.orm import Session

from .control import Progress
from .history import PastAttempt, past_attempts
from .models import WAITING, Run, State

YEARS = range(1900, 9000)


def in_utc(moment: datetime) -> datetime:
    """Return a moment in UTC; raises ValueError for a year that a database may not have."""
    if moment.year not in YEARS:  # another zone may not have it either
        raise ValueError(f"the year is between {YEARS[0]} and {YEARS[-1]}")
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(in_utc)]
"""A time with a zone, in a request."""


class AttemptView(BaseModel):
    """One attempt of a run; only operators see `error` and `worker`."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    state: State
    started_at: datetime | None
    ended_at: datetime | None
    error: str | None
    worker: str | None


class RunView(BaseModel):
    """One run; only operators see `error`, `payload` and the `worker` of an attempt.

    `progress` and `result` are shown to whoever may see the run. `attempts` are the newest ones,
    oldest first. `earlier` is the number of earlier due times that have no row of their own.
    """

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: str
    name: str
    state: State
    attempt: int
    due_at: datetime
    earlier: int
    started_at: datetime | None
    finished_at: datetime | None
    cancel_asked_at: datetime | None
    progress: Json[Progress] | None
    result: Json[Any] | None
    error: str | None
    payload: str | None
    attempts: list[AttemptView] = []

    @classmethod
    def of(cls, session: Session, run: Run, *, operator: bool) -> "RunView":
        """Show a run, without its details when the caller is not an operator."""
        return cls.of_all(session, [run], operator=operator)[0]

    @classmethod
    def of_all(cls, session: Session, runs: Sequence[Run], *, operator: bool) -> list["RunView"]:
        """Show runs, as `of` shows one."""
        past = past_attempts(session, [run.id for run in runs])
        views = []
        for run in runs:
            view = cls.model_validate(run)
            view.attempts = attempts(run, past[run.id], AttemptView)
            if not operator:
                view.error = view.payload = None
                for attempt in view.attempts:
                    attempt.error = attempt.worker = None
            views.append(view)
        return views


Shown = TypeVar("Shown", bound=AttemptView)


def attempts(run: Run, past: Sequence[PastAttempt], view: type[Shown]) -> list[Shown]:
    """Return the attempts of a run; unless it waits for the next one, the newest is in the run."""
    views = [view.model_validate(attempt) for attempt in past]
    is_in_past = any(each.number == run.attempt for each in views)
    if run.attempt > 0 and run.state not in WAITING and not is_in_past:
        newest = {"number": run.attempt, "state": run.state, "started_at": run.started_at}
        ended = {"ended_at": run.finished_at, "error": run.error, "worker": run.owner}
        views.append(view.model_validate(newest | ended | {"traceback": run.traceback}))
    return views


class Page(BaseModel):
    """A page of a list that has the newest first."""

    limit: Annotated[int, Query(ge=1, le=200)] = 50
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0


PageDep = Annotated[Page, Query()]
