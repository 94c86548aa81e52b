"""Ends a process in time after SIGTERM or SIGINT, even if something hangs (T11)."""

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
"""So long the server waits for requests to end: `--timeout-graceful-shutdown`."""
EXTRA_SECONDS = 5.0


def in_thread(name: str, action: Callable[[], object]) -> threading.Thread | None:
    """Run `action` in a thread, or here if no thread can start; log what it raises."""

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
    """Wait for the thread to end, up to `seconds`."""
    if thread is not None:
        thread.join(seconds)
        if thread.is_alive():
            logger.warning("%s takes too long, going on without it", thread.name)


class Deadline:
    """Ends the process some time after `start`, unless `cancel` comes first."""

    def __init__(self, grace_seconds: float) -> None:
        """Prepare the thread that waits; `grace_seconds` are for background work."""
        self._seconds = REQUESTS_SECONDS + grace_seconds + EXTRA_SECONDS
        self._ends: SimpleQueue[float | None] = SimpleQueue()  # safe in a signal handler
        threading.Thread(target=self._watch, name="deadline", daemon=True).start()

    def start(self) -> None:
        """Start the deadline; a second call changes nothing."""
        self._ends.put(monotonic() + self._seconds)

    def cancel(self) -> None:
        """Cancel the deadline: the process ends by itself."""
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
        message = "shutdown began %.0f s ago and something hangs: the process ends now"
        line = threading.Thread(target=logger.critical, args=[message, self._seconds], daemon=True)
        line.start()
        line.join(1)  # writing the log line may hang too
        os._exit(1)


@contextmanager
def deadline_from_signals(grace_seconds: float) -> Generator[None, None, None]:
    """Start a deadline at SIGTERM or SIGINT, then call the server's own signal handler.

    After a signal the deadline stays on when the block ends, because the server may hang later.
    Outside the main thread, as in tests, this does nothing: only the main thread gets signals.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    deadline, received = Deadline(grace_seconds), []
    previous = {n: handler for n in SIGNALS if callable(handler := signal.getsignal(n))}

    def on_signal(number: int, frame: FrameType | None) -> None:
        received.append(number)
        deadline.start()
        previous[signal.Signals(number)](number, frame)

    for number in previous:
        signal.signal(number, on_signal)
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
        if not received:
            deadline.cancel()
