"""`Work`, the base of jobs and tasks, and `Task` (T3, T4)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from pydantic import BaseModel

from .rates import Rate
from .retries import Retries

if TYPE_CHECKING:
    from .context import RunContext

Payload = TypeVar("Payload", bound=BaseModel)

CUT_OFF_ATTEMPTS = 3
"""A run that was cut off so often counts as lost: it may be what kills the process."""


@dataclass(frozen=True, kw_only=True)
class Work(Retries):
    """How the runs of one job or task behave; for retries see `Retries`.

    `timeout`: an async function is cancelled; a sync one is recorded as timed out at once, but
    keeps its slot until its thread ends, because a thread cannot be stopped.
    `idempotent`: it may run again after a timeout, shutdown or crash, when it may be half done.
    `priority`: a run with a higher one starts first. Each point is worth an hour of waiting, so
    that those with a low priority start too.
    """

    kind: ClassVar[str]

    name: str
    description: str = ""
    timeout: timedelta | None = None
    idempotent: bool = False
    priority: int = 0

    @property
    def limit(self) -> int | None:
        """How many of its runs may run at once, over all processes."""
        return None

    @property
    def rate(self) -> Rate | None:
        """How many of its runs may start in a time, over all processes."""
        return None

    def call(self, context: "RunContext", payload: str | None) -> object:
        """Call the function; what it returns, or its coroutine, is the result of the run."""
        raise NotImplementedError

    def may_repeat(self, attempt: int) -> bool:
        """Tell whether a run is repeated that was cut off at `attempt`."""
        return self.idempotent and attempt < max(CUT_OFF_ATTEMPTS, self.retries + 1)


@dataclass(frozen=True, kw_only=True)
class Task(Work, Generic[Payload]):
    """One background task: `function` gets a checked payload after the response was sent.

    `max_concurrency`: so many of its runs run at once, over all processes.
    `rate_limit`: so many start in a time, over all processes, such as "100/minute": in any minute.
    `concurrency_key`: of the runs with the same key, such as one customer, one runs at a time.
    """

    kind: ClassVar[str] = "task"

    payload: type[Payload]
    function: Callable[[Payload, "RunContext"], object] = field(repr=False)
    max_concurrency: int | None = None
    rate_limit: str | None = None
    concurrency_key: Callable[[Payload], object] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse a rate limit or a backoff that cannot be read; raises ValueError."""
        super().__post_init__()
        _ = self.rate

    @property
    def limit(self) -> int | None:
        """How many of its runs may run at once, over all processes."""
        return self.max_concurrency

    @property
    def rate(self) -> Rate | None:
        """How many of its runs may start in a time, over all processes."""
        return None if self.rate_limit is None else Rate.parse(self.rate_limit)

    def dump(self, payload: Payload) -> str:
        """Return the JSON for `call`, with the names of fields and not their aliases."""
        return payload.model_dump_json(by_alias=False, round_trip=True)

    def call(self, context: "RunContext", payload: str | None) -> object:
        """Call the function with the stored payload; raises ValidationError if it does not fit."""
        stored = self.payload.model_validate_json(payload or "null", by_alias=True, by_name=True)
        return self.function(stored, context)


Registry = Mapping[str, Work]
"""Every job and task of this code, by name."""
