"""The messages that a worker has in hand (T2).

Each is a turn: the worker may run one run at a time for it, one after another while there is work.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from time import monotonic

from ..threads import Threads

LONGEST_SECONDS = 60.0
"""A message is given back after this time, even during a run.

RabbitMQ closes the channel of a worker that keeps a message for half an hour, and Redis brokers
deliver it a second time after some time. Then the next message takes its place.
"""


class Turns(Threads):
    """Threads that run no more at once than there are messages in hand."""

    engine = "taskiq"

    def __init__(self, number: int) -> None:
        """Prepare for up to `number` runs at once."""
        super().__init__(number)
        self.wake: Callable[[], None] = lambda: None
        """Called when a message has come."""
        self._in_hand: deque[tuple[float, Future[None]]] = deque()
        self._known = 0
        self._closed = False

    def take(self) -> "Future[None]":
        """Take a message in hand; acknowledge it when the result is done."""
        turn: Future[None] = Future()
        turn.set_running_or_notify_cancel()  # nobody cancels it any more
        self._in_hand.append((monotonic(), turn))
        self.told = True
        if self._closed:
            self._give_back(len(self._in_hand))
        self.wake()
        return turn

    def start_missing(self) -> None:
        """Start missing threads, and count the messages for this turn of the runner."""
        super().start_missing()
        self._known = len(self._in_hand)

    def __len__(self) -> int:
        """Return how many runs may run at once."""
        return min(super().__len__(), self._known)

    def turned(self, running: int) -> None:
        """Give back what the last turn of the runner did not need, and what is old.

        A message that came during that turn stays: its run may not have been seen.
        """
        self.told = False
        self._give_back(self._known - running)
        old = monotonic() - LONGEST_SECONDS
        self._give_back(sum(since < old for since, _ in list(self._in_hand)))

    def close(self) -> None:
        """Give all back: the runs that wait are for other workers."""
        super().close()
        self._closed = True
        self._give_back(len(self._in_hand))

    def _give_back(self, number: int) -> None:
        with suppress(IndexError):  # another thread gives back too
            for _ in range(number):
                _, turn = self._in_hand.popleft()
                turn.set_result(None)
