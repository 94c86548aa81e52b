"""A process ends in time after a signal, even if something hangs (T11)."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from queue import SimpleQueue

import pytest

from shop.process import ending
from shop.process.ending import (
    Deadline,
    deadline_from_signals,
    in_thread,
    wait_for,
)

WaitUntil = Callable[[Callable[[], object]], None]


@pytest.fixture
def exits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Collect exit codes instead of ending this process; the grace period is 0."""
    codes: list[int] = []
    monkeypatch.setattr(os, "_exit", codes.append)
    monkeypatch.setattr(ending, "REQUESTS_SECONDS", 0)
    monkeypatch.setattr(ending, "EXTRA_SECONDS", 0)
    return codes


@pytest.fixture
def handled() -> Iterator[list[int]]:
    """Handle SIGTERM as a server does; return the received signals."""
    came: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _frame: came.append(number))
    yield came
    signal.signal(signal.SIGTERM, before)


def deadlines() -> int:
    """Count the running deadlines."""
    return sum(thread.name == "deadline" for thread in threading.enumerate())


@pytest.fixture(autouse=True)
def _no_deadline_of_another_test(wait_until: WaitUntil) -> None:
    """Wait for the thread of a deadline that a test before this one has called off."""
    wait_until(lambda: not deadlines())


def test_a_process_that_does_not_end_in_time_is_ended(
    exits: list[int], wait_until: WaitUntil, caplog: pytest.LogCaptureFixture
) -> None:
    deadline = Deadline(0.3)
    began = time.monotonic()

    deadline.start()
    time.sleep(0.1)
    deadline.start()  # a second signal gives no more time

    wait_until(lambda: exits)
    assert exits == [1]
    assert time.monotonic() - began >= 0.3
    assert caplog.messages == ["shutdown began 0 s ago and something hangs: the process ends now"]


def test_the_deadline_leaves_time_for_requests_and_for_background_work(
    exits: list[int], wait_until: WaitUntil, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending, "REQUESTS_SECONDS", 5)
    monkeypatch.setattr(ending, "EXTRA_SECONDS", 6)
    waits: list[float | None] = []

    class Ends(SimpleQueue[float | None]):
        def get(self, block: bool = True, timeout: float | None = None) -> float | None:  # noqa: FBT001, FBT002
            waits.append(timeout)
            return super().get(block, timeout)

    monkeypatch.setattr(ending, "SimpleQueue", Ends)
    deadline = Deadline(20)
    deadline.start()
    deadline.cancel()
    wait_until(lambda: not deadlines())

    first, rest = waits
    assert first is None
    assert rest is not None
    assert 29 < rest <= 31
    assert not exits


def test_a_deadline_that_was_not_set_or_was_called_off_ends_nothing(exits: list[int]) -> None:
    for told in (False, True):
        deadline = Deadline(0.1)
        if told:
            deadline.start()
        deadline.cancel()
    time.sleep(0.2)
    assert not exits
    assert not deadlines()


def test_a_signal_sets_a_deadline_and_reaches_the_server_too(
    exits: list[int], handled: list[int], wait_until: WaitUntil
) -> None:
    server = signal.getsignal(signal.SIGTERM)

    with deadline_from_signals(0.1):
        os.kill(os.getpid(), signal.SIGTERM)

    assert handled == [signal.SIGTERM]
    assert signal.getsignal(signal.SIGTERM) is server
    wait_until(lambda: exits)  # even after the block, because later code may hang


def test_without_a_signal_there_is_no_deadline(
    exits: list[int], handled: list[int], wait_until: WaitUntil
) -> None:
    with deadline_from_signals(0):
        assert deadlines() == 1
    wait_until(lambda: not deadlines())
    assert (exits, handled) == ([], [])


def test_a_signal_that_nobody_handles_is_left_alone() -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with deadline_from_signals(0):
            assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, before)


def test_outside_the_main_thread_nothing_is_done() -> None:
    def serve() -> None:
        with deadline_from_signals(0):
            found.append(deadlines())

    found: list[int] = []
    thread = threading.Thread(target=serve)
    thread.start()
    thread.join()
    assert found == [0]


def test_what_takes_too_long_is_waited_for_no_longer(caplog: pytest.LogCaptureFixture) -> None:
    gate = threading.Event()

    wait_for(in_thread("closing", gate.wait), 0.01)

    assert caplog.messages == ["closing takes too long, going on without it"]
    gate.set()


def test_what_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise OSError("gone")

    wait_for(in_thread("closing", fail), 30)

    assert caplog.messages == ["closing failed"]
    assert "OSError: gone" in caplog.text


def test_where_no_thread_can_be_started_it_is_done_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    done: list[int] = []

    wait_for(in_thread("closing", lambda: done.append(1)), 30)

    assert done == [1]
