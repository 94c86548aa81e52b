"""Claims runs while slots are free, and starts a thread for each (T2, T10)."""

import logging
import threading
from collections.abc import Sequence
from datetime import UTC, datetime

from .attempt import Attempt, Process
from .claim import begin, claim
from .heartbeat import Heartbeat
from .models import Run
from .work import Registry

logger = logging.getLogger(__name__)


class Intake:
    """The attempts of one process; no more than `settings.runner_threads` at once."""

    def __init__(
        self, owner: str, process: Process, registry: Registry, heartbeat: Heartbeat
    ) -> None:
        """Prepare; `claim_and_start` claims."""
        self.closed = False
        self._owner, self._process, self._registry = owner, process, registry
        self._heartbeat = heartbeat
        self._attempts: list[Attempt] = []
        self._claiming = threading.Lock()

    def active(self) -> list[Attempt]:
        """Return the attempts that still run."""
        return [attempt for attempt in self._attempts if not attempt.done]

    def close(self, timeout: float) -> None:
        """Claim no more; wait up to `timeout` for a claim that is in progress."""
        self.closed = True
        if self._claiming.acquire(timeout=timeout):
            self._claiming.release()

    def claim_and_start(self, now: datetime) -> bool:
        """Claim runs and start them; tell whether there may be more."""
        limits = {name: work.limit for name, work in self._registry.items()}
        with self._claiming:
            self._attempts = self.active()
            slots = self._process.settings.runner_threads - len(self._attempts)
            if self.closed or slots <= 0:
                return False
            with self._process.database.transaction() as session:
                claimed = claim(session, limits, now, owner=self._owner, slots=slots)
            return bool(claimed) and not self.closed and self._begin(claimed)

    def _begin(self, claimed: Sequence[Run]) -> bool:
        never_begun = self._heartbeat.never_begun
        never_begun |= {run.id for run in claimed}  # until their threads have started
        with self._process.database.transaction() as session:
            begun = begin(session, self._owner, claimed, datetime.now(UTC))
        for run in begun:
            attempt = Attempt(run, self._registry[run.name], self._process)
            try:
                attempt.start()
            except RuntimeError as error:  # no memory, or too many threads
                logger.error("no thread can be started, runs wait: %s", error)  # noqa: TRY400
                self._heartbeat.beat_soon()
                return False
            self._attempts.append(attempt)
            never_begun.discard(run.id)
        never_begun -= {run.id for run in claimed}
        return True
