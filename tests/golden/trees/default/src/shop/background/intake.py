"""Records what has ended and starts what can start, both in one transaction (T2, T10)."""

import logging
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from . import endings
from .attempt import Attempt, Process
from .candidates import is_waiting
from .claim import Claimed, Limit, claim
from .heartbeat import Heartbeat
from .models import State
from .outcomes import Outcome
from .threads import Threads
from .work import Registry, Work

logger = logging.getLogger(__name__)


class Intake:
    """The attempts of one process; no more at once than it has threads."""

    def __init__(
        self,
        owner: str,
        process: Process,
        registry: Registry,
        heartbeat: Heartbeat,
        threads: Threads,
    ) -> None:
        """Prepare; `turn` claims."""
        self.closed = False
        self.idle = threading.Event()
        """Set while nothing runs and every end is recorded."""
        self.idle.set()
        self._owner, self._process, self._registry = owner, process, registry
        self._limits = {name: Limit.of(work) for name, work in registry.items()}
        self._heartbeat, self._errors = heartbeat, process.database.repeated_errors
        self._threads = threads
        self._attempts: list[Attempt] = []
        self._turning = threading.Lock()

    def active(self) -> list[Attempt]:
        """Return the attempts that run, or whose end is not recorded yet."""
        return self._attempts

    def close(self, timeout: float) -> None:
        """Claim no more; wait up to `timeout` for a claim that is in progress."""
        self.closed = True
        if self._turning.acquire(timeout=timeout):
            self._turning.release()
        self._threads.close()

    def turn(self) -> bool:
        """Record ends and claim runs for the free threads; tell whether there may be more."""
        with self._turning:
            ended = {each: each.outcome for each in self._attempts if each.outcome}
            slots = 0 if self.closed else self._count_threads() - len(self._attempts) + len(ended)
            recorded, claimed = dict[UUID, State](), list[Claimed]()
            if ended or (slots > 0 and (self._threads.told or self._is_waiting())):
                recorded, claimed = self._settle_and_claim(ended, slots)
                running = [attempt for attempt in self._attempts if attempt not in ended]
                self._keep(running + ([] if self.closed else self._start(claimed)))
            self._threads.turned(len(self._attempts))
        for attempt, outcome in ended.items():
            attempt.report(outcome, recorded.get(attempt.row.id))
        return bool(claimed)

    def _settle_and_claim(
        self, ended: Mapping[Attempt, Outcome], slots: int
    ) -> tuple[dict[UUID, State], list[Claimed]]:
        results = [(attempt.row, outcome) for attempt, outcome in ended.items()]
        now, claimed = datetime.now(UTC), list[Claimed]()
        with self._process.database.transaction() as session:
            recorded = endings.record(session, results, now, self._process.letters)
            if slots > 0:
                claimed = claim(session, self._limits, owner=self._owner, slots=slots)
            # If the answer to the commit is lost, these were claimed but not called.
            self._heartbeat.never_begun |= {run.id for run in claimed}
        return recorded, claimed

    def add(self, run: Claimed, work: Work) -> Attempt:
        """Take a run that was claimed elsewhere; `call` it then. Before the runner starts."""
        self._keep([attempt := Attempt(run, work, self._process)])
        return attempt

    def record_ends(self) -> None:
        """Try once to record what has ended, also after the end of the runner."""
        try:
            self.turn()
        except SQLAlchemyError as error:
            self._errors.log(logger, "the end of a run cannot be recorded", error)

    def _is_waiting(self) -> bool:
        with self._process.database.snapshot() as session:
            return is_waiting(session, self._limits, datetime.now(UTC))

    def _keep(self, attempts: list[Attempt]) -> None:
        self._attempts = attempts
        (self.idle.clear if attempts else self.idle.set)()

    def _count_threads(self) -> int:
        try:
            self._threads.start_missing()
        except RuntimeError as error:  # no memory, or too many threads
            self._errors.log(logger, f"no thread can be started, runs wait: {error}", error)
        return len(self._threads)

    def _start(self, claimed: Sequence[Claimed]) -> list[Attempt]:
        self._heartbeat.never_begun -= {run.id for run in claimed}
        attempts = [Attempt(run, self._registry[run.name], self._process) for run in claimed]
        for attempt in attempts:
            self._threads.call(partial(self.call, attempt))
        return attempts

    def call(self, attempt: Attempt) -> None:
        """Call the function of an attempt, in this thread."""
        attempt.call()
        self._process.wake()
        if self._process.stopped.is_set():  # the runner has ended
            self.record_ends()
