"""What a job and a task have in common, what their functions are given, and `Task` (T3, T4)."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel

from .host import Database, Settings

Payload = TypeVar("Payload", bound=BaseModel)

CUT_OFF_ATTEMPTS = 3
"""So often an idempotent run may be cut off; then it counts as lost: it may be the cause."""
LONGEST_BACKOFF = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class RunContext:
    """What a run may use: `attempt` counts from 1, `due_at` is the same at each attempt."""

    run_id: UUID
    name: str
    attempt: int
    due_at: datetime
    settings: Settings
    database: Database


@dataclass(frozen=True, kw_only=True)
class Work:
    """How one kind of run behaves, whoever asks for it.

    `timeout`: an async function is cancelled; a sync one is recorded as timed out at once, but
    keeps its slot until its thread ends, because a thread cannot be stopped.
    `retries`: how often a run that raised is tried again, after `backoff`, doubled each time.
    `idempotent`: it may be repeated when nobody knows how far it came (timeout, shutdown, crash).
    `final`: exceptions that no retry can mend.
    """

    kind: ClassVar[str]

    name: str
    description: str = ""
    timeout: timedelta | None = None
    retries: int = 0
    backoff: timedelta = timedelta(seconds=5)
    idempotent: bool = False
    final: tuple[type[BaseException], ...] = ()

    @property
    def limit(self) -> int | None:
        """How many runs of it may go on at once, over all processes."""
        return None

    def call(self, context: RunContext, payload: str | None) -> object:
        """Call the function; an async one gives its coroutine, anything else is not looked at."""
        raise NotImplementedError

    def may_retry(self, attempt: int, error: BaseException) -> bool:
        """Tell whether a run that raised `error` at `attempt` is tried again."""
        mendable = isinstance(error, Exception) and not isinstance(error, self.final)
        return mendable and attempt <= self.retries

    def may_repeat(self, attempt: int) -> bool:
        """Tell whether a run that was cut off at `attempt` is run again."""
        return self.idempotent and attempt < max(CUT_OFF_ATTEMPTS, self.retries + 1)

    def delay(self, attempt: int) -> timedelta:
        """Give the backoff after `attempt`: doubled each time, with up to half of it as jitter."""
        doubled = self.backoff * 2.0 ** min(attempt - 1, 16)
        longest = min(doubled, max(LONGEST_BACKOFF, self.backoff))
        return longest * random.uniform(0.5, 1)  # noqa: S311 (spread, not secrecy)


@dataclass(frozen=True, kw_only=True)
class Task(Work, Generic[Payload]):
    """One background task: `function` gets a checked payload once the response is out."""

    kind: ClassVar[str] = "task"

    payload: type[Payload]
    function: Callable[[Payload, RunContext], object] = field(repr=False)
    max_concurrency: int | None = None

    @property
    def limit(self) -> int | None:
        """How many runs of it may go on at once, over all processes."""
        return self.max_concurrency

    def dump(self, payload: Payload) -> str:
        """Give the JSON that `call` reads back, by the names of the fields, not their aliases."""
        return payload.model_dump_json(by_alias=False, round_trip=True)

    def call(self, context: RunContext, payload: str | None) -> object:
        """Call the function with the stored payload; a ValidationError if it no longer fits."""
        stored = self.payload.model_validate_json(payload or "null", by_alias=True, by_name=True)
        return self.function(stored, context)


Registry = Mapping[str, Work]
"""Every job and task of this code, by name."""
