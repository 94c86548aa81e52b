"""The end of a process that is told to end: in time, whatever hangs (T11)."""

import logging
import os
import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from time import monotonic
from types import FrameType

logger = logging.getLogger(__name__)

SIGNALS = (signal.SIGTERM, signal.SIGINT)
REQUESTS_SECONDS = 5.0
"""What the server gives to requests: `--timeout-graceful-shutdown` of README.md."""
MORE_SECONDS = 5.0


def aside(name: str, action: Callable[[], object]) -> threading.Thread | None:
    """Do it in a thread, for `wait_for`, or here if none can be started; log what it raises."""

    def act() -> None:
        try:
            action()
        except Exception:
            logger.exception("%s failed", name)

    thread = threading.Thread(target=act, name=name, daemon=True)
    try:
        thread.start()
    except RuntimeError:
        act()
        return None
    return thread


def wait_for(thread: threading.Thread | None, seconds: float) -> None:
    """Wait until it is done, but no longer than that."""
    if thread is not None:
        thread.join(seconds)
        if thread.is_alive():
            logger.warning("%s takes too long, going on without it", thread.name)


class Deadline:
    """Ends the process some time after it was told to end, unless it is called off."""

    def __init__(self, grace_seconds: float) -> None:
        """Wait, in a thread; `grace_seconds` are for background work."""
        self._seconds = REQUESTS_SECONDS + grace_seconds + MORE_SECONDS
        self._ends: SimpleQueue[float | None] = SimpleQueue()  # safe in a signal handler
        threading.Thread(target=self._watch, name="deadline", daemon=True).start()

    def begin(self) -> None:
        """From now on there is a deadline; told again, it stays the same."""
        self._ends.put(monotonic() + self._seconds)

    def call_off(self) -> None:
        """Let the process live: it has come to its end by itself."""
        self._ends.put(None)

    def _watch(self) -> None:
        end = self._ends.get()
        try:
            while end is not None:
                later = self._ends.get(timeout=max(0.0, end - monotonic()))
                end = None if later is None else end
        except Empty:
            self._end()

    def _end(self) -> None:
        message = "told to end %.0f s ago, and something does not: the process ends now"
        line = threading.Thread(target=logger.critical, args=[message, self._seconds], daemon=True)
        line.start()
        line.join(1)  # where log lines go may hang too
        os._exit(1)


@contextmanager
def deadline_from_signals(grace_seconds: float) -> Generator[None, None, None]:
    """Set a deadline at SIGTERM or SIGINT, besides what the handlers of the server do.

    It stays when the block has ended, for the server may hang after that; without a signal there is
    none. Nothing is done outside the main thread, which alone is told of signals: as in tests.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    deadline, told = Deadline(grace_seconds), []
    before = {n: handler for n in SIGNALS if callable(handler := signal.getsignal(n))}

    def tell(number: int, frame: FrameType | None) -> None:
        told.append(number)
        deadline.begin()
        before[signal.Signals(number)](number, frame)

    for number in before:
        signal.signal(number, tell)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if not told:
            deadline.call_off()
