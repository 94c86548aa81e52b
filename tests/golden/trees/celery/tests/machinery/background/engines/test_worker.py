"""The worker's functions that Celery calls, in the process of the test."""

import threading
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from threading import Event, Thread
from types import ModuleType

import pytest
from celery import signals

from shop.background.engines.turns import Turns
from shop.process.starting import StartError
from shop.settings import Settings

WaitUntil = Callable[[Callable[[], object]], None]


class Deadline:
    """Notes what is done to the deadline of the process."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def start(self) -> None:
        self.calls.append("start")

    def cancel(self) -> None:
        self.calls.append("cancel")


@pytest.fixture
def deadline() -> Deadline:
    return Deadline()


@pytest.fixture
def worker(
    deadline: Deadline, monkeypatch: pytest.MonkeyPatch, wait_until: WaitUntil
) -> ModuleType:
    """Import the worker, as `celery --app` does, with a start and an end of this test's own."""
    worker = import_module("shop.background.engines.worker")
    worker.deadline.cancel()  # else its thread stays in this process, where others count them
    wait_until(lambda: all(thread.name != "deadline" for thread in threading.enumerate()))
    stack, turns = ExitStack(), Turns(1)
    monkeypatch.setattr(worker, "turns", turns)
    monkeypatch.setattr(worker, "deadline", deadline)
    monkeypatch.setattr(worker, "stack", stack)
    monkeypatch.setattr(worker, "ended", Event())
    monkeypatch.setattr(worker, "draining", Thread(target=stack.close))
    monkeypatch.setattr(worker, "BEAT_SECONDS", 0.01)
    return worker


@pytest.mark.parametrize("signalled", [True, False])
def test_it_beats_from_the_start_until_a_signal_and_then_drains(
    worker: ModuleType,
    deadline: Deadline,
    monkeypatch: pytest.MonkeyPatch,
    wait_until: WaitUntil,
    *,
    signalled: bool,
) -> None:
    """S15, T6: also when Celery ends by itself. The deadline ends a process whose drain hangs."""
    events: list[str] = []

    @contextmanager
    def standalone(_settings: Settings, turns: Turns) -> Generator[Callable[[], None]]:
        assert turns is worker.turns
        yield lambda: events.append("beat")
        events.append("drained")

    monkeypatch.setattr(worker, "standalone", standalone)

    worker.start()
    assert events
    wait_until(lambda: len(events) > 2)
    if signalled:
        worker.drain()
    worker.stop()

    assert "drained" in events
    assert deadline.calls == ["start", "cancel"]


@pytest.mark.parametrize("error", [StartError("no database"), ValueError("no code")])
def test_it_ends_when_it_cannot_start(
    worker: ModuleType,
    error: Exception,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    def standalone(_settings: Settings, _turns: Turns) -> None:
        raise error

    monkeypatch.setattr(worker, "standalone", standalone)

    with pytest.raises(SystemExit, match="1"):
        worker.start()

    assert (capsys.readouterr().err == "no database\n") == isinstance(error, StartError)
    assert ("this worker cannot start" in caplog.text) == isinstance(error, ValueError)


def test_a_message_stays_in_hand_until_the_runner_gives_it_back(
    worker: ModuleType, wait_until: WaitUntil
) -> None:
    taken = Thread(target=worker.turn)
    worker.turns.start_missing()
    taken.start()
    wait_until(lambda: len(worker.turns._in_hand) == 1)
    assert taken.is_alive()

    worker.turns.close()

    taken.join(30)
    assert not taken.is_alive()


def test_celery_sets_up_no_logs(worker: ModuleType) -> None:
    answers = dict(signals.setup_logging.send(sender=None))

    assert worker.keep_logging in answers
