"""How the process asks the function of a run to stop."""

import asyncio
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress


class RunCancelledError(Exception):
    """The run was cancelled, and its function has stopped."""


class StopRequest:
    """Asked for by one thread, noticed by another."""

    def __init__(self) -> None:
        """Nobody has asked."""
        self.asked = False
        """Whether the function has to stop."""
        self.noticed = False
        """Whether the function knows that."""
        self._expire: Callable[[], object] | None = None
        self._lock = threading.Lock()

    def ask(self) -> None:
        """Ask the function to stop; a second call does nothing."""
        with self._lock:
            if self._expire is not None:
                self._expire()
            self.asked = True

    def look(self) -> bool:
        """Tell the function whether it has to stop."""
        self.noticed = self.asked
        return self.noticed

    @contextmanager
    def expires(self, limit: asyncio.Timeout) -> Generator[None, None, None]:
        """Let `limit` expire at once if the function has to stop during this block.

        So the function is cancelled once, not by its timeout too while it cleans up.
        """
        loop = asyncio.get_running_loop()
        with self._lock:
            self._expire = lambda: loop.call_soon_threadsafe(_expire, limit)
            if self.asked:
                self._expire()
        try:
            yield
        finally:
            with self._lock:  # the loop may be closed soon
                self._expire = None
            self.noticed |= self.asked and limit.expired()


def _expire(limit: asyncio.Timeout) -> None:
    with suppress(RuntimeError):  # it has expired already, or the function has ended
        limit.reschedule(0)
