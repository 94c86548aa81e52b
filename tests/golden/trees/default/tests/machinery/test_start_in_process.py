"""The service started in the process of the test: its server options and exit codes."""

import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from urllib.request import urlopen

import pytest
from fastapi import FastAPI
from uvicorn import Config
from uvicorn.supervisors.multiprocess import SIGNALS, Process

from shop import main as application
from shop.__main__ import Supervisor, load, main
from shop.process.ending import Deadline

STARTUP_FAILURE = 3


@pytest.fixture(autouse=True)
def _from_the_environment(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Set the environment of a process; ignore a signal that comes too late."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    before = {number: signal.signal(number, lambda *_: None) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_server_gets_the_application() -> None:
    assert load() is application.app


def test_an_application_that_cannot_be_imported_ends_the_process(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "shop.main", None)

    with pytest.raises(SystemExit) as ended:
        load()

    assert ended.value.code == STARTUP_FAILURE
    assert caplog.messages == ["the application cannot be imported"]


def test_a_wrong_setting_is_named_in_one_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("LOG_LEVEL", "loud")
    monkeypatch.setenv("RUNNER", "perhaps")

    assert main([]) == STARTUP_FAILURE
    with pytest.raises(SystemExit) as ended:
        load()

    assert ended.value.code == STARTUP_FAILURE
    [said, again] = caplog.messages
    assert said == again
    assert said.startswith("the service cannot start: LOG_LEVEL: Input should be ")
    assert "; RUNNER: Input should be " in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_a_signal(
    monkeypatch: pytest.MonkeyPatch, app: FastAPI, number: signal.Signals
) -> None:
    monkeypatch.setattr(application, "app", app)
    monkeypatch.setattr(Deadline, "start", Deadline.cancel)  # this process must not end

    def end(port: int) -> None:
        with urlopen(f"http://127.0.0.1:{port}/health/live", timeout=30) as answer:
            assert answer.status == 200
        signal.raise_signal(number)

    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor() as pool:
        ended = pool.submit(end, listener.getsockname()[1])
        assert main([f"--fd={listener.fileno()}"]) == 0
    ended.result()


@pytest.mark.processes
def test_workers_that_cannot_start_give_their_code(
    monkeypatch: pytest.MonkeyPatch, no_database_url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", no_database_url)

    assert main(["--port=0", "--workers=2"]) == STARTUP_FAILURE


def test_an_answer_of_a_worker_that_has_ended_is_not_waited_for(
    wait_until: Callable[[Callable[[], object]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Config("nothing:app", workers=1, timeout_worker_healthcheck=600)
    supervisor, worker = Supervisor(config, sockets=[]), Process(config, sockets=[])
    ends = {"kill": lambda: None, "join": lambda: None, "exitcode": STARTUP_FAILURE, "pid": 0}
    monkeypatch.setattr(worker, "process", SimpleNamespace(is_alive=lambda: True, **ends))
    supervisor.processes = [worker]

    threading.Thread(target=supervisor.keep_subprocess_alive, daemon=True).start()

    wait_until(supervisor.should_exit.is_set)
