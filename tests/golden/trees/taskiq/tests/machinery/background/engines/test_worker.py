"""The worker in the process of the test: it works until a signal, or says why it cannot."""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from pydantic import BaseModel

from shop.background import RunContext, Task
from shop.background.engines import worker
from shop.background.engines.relay import Relay
from shop.background.models import Run, State

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Nothing(BaseModel):
    pass


def ignore(_payload: Nothing, _context: RunContext) -> None:
    pass


TASK = Task(name="work", payload=Nothing, function=ignore)


@pytest.fixture(autouse=True)
def _from_the_environment(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Set the environment of a process; ignore a signal that comes too late."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(
        "shop.background.standalone.find_work",
        lambda: {"work": TASK},
    )
    monkeypatch.setattr(worker, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr(worker, "RETRY_SECONDS", 0.01)
    before = [signal.signal(number, lambda *_: None) for number in SIGNALS]
    yield
    for number, handler in zip(SIGNALS, before, strict=True):
        signal.signal(number, handler)


def work_until(condition: Callable[[], object], number: signal.Signals = signal.SIGTERM) -> int:
    """Run a worker until a condition is true; return its exit code."""

    def end() -> None:
        try:
            condition()
        finally:
            os.kill(os.getpid(), number)

    with ThreadPoolExecutor() as pool:
        ended = pool.submit(end)
        code = worker.main()
    ended.result()
    return code


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_it_works_until_a_signal(
    start_relay: Callable[..., Relay],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    *,
    number: signal.Signals,
) -> None:
    start_relay(TASK)
    run_id = queue(TASK)

    assert work_until(lambda: wait_for(run_id, State.SUCCEEDED), number) == 0


def test_it_gives_up_where_there_is_no_database(
    monkeypatch: pytest.MonkeyPatch, no_database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", no_database_url)

    assert worker.main() == 1

    assert "the database cannot be used: " in capsys.readouterr().err


def test_without_a_broker_it_says_so_once_and_tries_again(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    wait_until: Callable[[Callable[[], object]], None],
) -> None:
    monkeypatch.setenv("BROKER_URL", "amqp://127.0.0.1:1/")

    assert work_until(lambda: wait_until(lambda: "cannot be reached" in caplog.text)) == 0

    said = [line for line in caplog.messages if line.startswith("the broker cannot be reached")]
    assert said == ["the broker cannot be reached; trying again"]
