"""The threads in which a process executes its runs (S10).

They are kept, because to start a thread for each run takes longer than a short run. They are daemon
threads, so that a function that hangs does not block the exit of the process.
"""

import threading
from collections.abc import Callable
from queue import SimpleQueue


class Threads:
    """So many threads, which call one function after another; none of these may raise."""

    engine = "inprocess"

    def __init__(self, number: int) -> None:
        """Prepare; `start_missing` starts them."""
        self.number = number
        self.told = False
        """Whether somebody said that there are runs, so that nobody need look first."""
        self._threads: list[threading.Thread] = []
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()

    def start_missing(self) -> None:
        """Start those that are missing; raises RuntimeError if the system has no thread left."""
        while len(self._threads) < self.number:
            thread = threading.Thread(target=self._work, daemon=True)
            thread.start()
            self._threads.append(thread)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._threads)

    def call(self, function: Callable[[], None]) -> None:
        """Let the next free thread call `function`."""
        self._calls.put(function)

    def turned(self, running: int) -> None:
        """Do nothing after a turn of the runner, which left `running` runs: all threads stay."""

    def close(self) -> None:
        """Let each thread end, after the function that it calls now."""
        for _ in self._threads:
            self._calls.put(None)

    def _work(self) -> None:
        while function := self._calls.get():
            function()
            threading.current_thread().name = "run: none"
