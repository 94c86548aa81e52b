"""What the process and the function of a run tell each other while it runs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from time import monotonic

from pydantic import BaseModel, FiniteFloat
from pydantic_core import from_json, to_json
from sqlalchemy import bindparam, update

from .claim import Claimed
from .host import Database
from .models import RUNS, State
from .stopping import StopRequest

WRITE_EVERY_SECONDS = 1.0
LONGEST_NOTE = 200

WRITE = (
    update(RUNS)
    .where(
        RUNS.c.id == bindparam("run"),
        RUNS.c.owner == bindparam("of"),
        RUNS.c.attempt == bindparam("number"),
        RUNS.c.state == State.RUNNING,
    )
    .values(progress=bindparam("newest"))
)


class Progress(BaseModel):
    """How far a run is: `done` of `total`, in any unit."""

    done: FiniteFloat
    total: FiniteFloat | None = None
    note: str = ""


class ResultError(ValueError):
    """A function returned what cannot be the result of its run."""


@dataclass(slots=True)
class Control:
    """One for each attempt."""

    wake: Callable[[], None] = lambda: None
    """Called when there is progress to write."""
    stop: StopRequest = field(default_factory=StopRequest)
    result: str | None = None
    """What the function returned, as JSON."""
    _progress: str | None = field(default=None, init=False)
    _written: str | None = field(default=None, init=False)
    _written_at: float = field(default=float("-inf"), init=False)

    def report(self, progress: Progress) -> None:
        """Take the newest progress, which the process writes."""
        self._progress = progress.model_dump_json()
        if self.due_progress:
            self.wake()

    @property
    def progress(self) -> str | None:
        """The newest progress, as JSON; None if it is written already."""
        return None if self._progress is self._written else self._progress

    @property
    def due_progress(self) -> str | None:
        """The same, once the last write is long enough ago."""
        long_ago = monotonic() - self._written_at >= WRITE_EVERY_SECONDS
        return self.progress if long_ago else None

    def wrote(self, progress: str) -> None:
        """Note that this progress is written."""
        self._written, self._written_at = progress, monotonic()

    def keep(self, returned: object, max_bytes: int) -> None:
        """Keep what the function returned; raises ResultError if it is no JSON or too large."""
        if returned is None:
            return
        try:
            result = to_json(returned)
            from_json(result, allow_inf_nan=False)
        except Exception as error:
            raise ResultError(f"the function returned what is no JSON: {error}") from error
        if len(result) > max_bytes:
            problem = f"the function returned {len(result)} bytes of JSON"
            raise ResultError(f"{problem}, more than RESULT_MAX_BYTES={max_bytes}")
        self.result = result.decode()


def write_progress(database: Database, running: Iterable[tuple[Claimed, Control]]) -> None:
    """Write the newest progress of each run that has some; the rest is written with its end."""
    due = [(*each, progress) for each in running if (progress := each[1].due_progress)]
    if not due:
        return
    with database.transaction() as session:
        for run, _, progress in due:
            known = {"run": run.id, "of": run.owner, "number": run.attempt}
            session.execute(WRITE, known | {"newest": progress})
    for _, control, progress in due:
        control.wrote(progress)
