"""What a process takes on: it claims runs and gives each a thread, as slots are free (T2, T10)."""

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
        """Prepare; nothing is claimed before `take`."""
        self.closed = False
        self._owner, self._process, self._registry = owner, process, registry
        self._heartbeat = heartbeat
        self._attempts: list[Attempt] = []
        self._claiming = threading.Lock()

    def active(self) -> list[Attempt]:
        """Give the attempts that go on."""
        return [attempt for attempt in self._attempts if not attempt.over]

    def close(self, timeout: float) -> None:
        """Take nothing more; wait a while for a claim that goes on: it begins, or is given back."""
        self.closed = True
        if self._claiming.acquire(timeout=timeout):
            self._claiming.release()

    def take(self, now: datetime) -> bool:
        """Claim what may start and start it; tell whether there may be more."""
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
        never_begun |= {run.id for run in claimed}  # whatever goes wrong from here on
        with self._process.database.transaction() as session:
            begun = begin(session, self._owner, claimed, datetime.now(UTC))
        for run in begun:
            attempt = Attempt(run, self._registry[run.name], self._process)
            try:
                attempt.start()
            except RuntimeError as error:  # for want of memory, or of process ids
                logger.error("no thread can be started, runs wait: %s", error)  # noqa: TRY400
                self._heartbeat.hurry()
                return False
            self._attempts.append(attempt)
            never_begun.discard(run.id)
        never_begun -= {run.id for run in claimed}
        return True
