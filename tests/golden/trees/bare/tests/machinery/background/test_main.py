"""The program without routes as a real process: its end."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from queue import SimpleQueue

import pytest
from sqlalchemy import func, select

from my_shop.background.__main__ import main, serve
from my_shop.background.scheduling.models import SchedulerProcess
from my_shop.database import Database
from my_shop.process.starting import StartError
from my_shop.settings import Settings

pytestmark = pytest.mark.processes

WaitUntil = Callable[[Callable[[], object]], None]
COMMAND = [sys.executable, "-m", "my_shop.background"]


@contextmanager
def running(environment: dict[str, str]) -> Generator[subprocess.Popen[str]]:
    """Start the process; end it at the end of the block."""
    with subprocess.Popen(  # noqa: S603
        COMMAND, env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


@pytest.fixture
def heartbeat(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set the heartbeat file, also in the environment, which `--check` reads."""
    monkeypatch.setenv("BACKGROUND_HEARTBEAT_FILE", settings.background_heartbeat_file)
    return Path(settings.background_heartbeat_file)


def test_the_process_works_until_it_is_told_to_end(
    environment: dict[str, str], database: Database, heartbeat: Path, wait_until: WaitUntil
) -> None:
    def schedulers() -> int | None:
        with database.snapshot() as session:
            return session.scalar(select(func.count()).select_from(SchedulerProcess))

    with running(environment) as process:
        wait_until(heartbeat.exists)
        assert main(["--check"]) == 0
        assert schedulers() == 1
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0
    assert main(["--check"]) == 1
    assert schedulers() == 0


def test_the_process_ends_in_time_though_the_database_does_not_answer(
    environment: dict[str, str],
    heartbeat: Path,
    locked: Callable[[], AbstractContextManager[None]],
    wait_until: WaitUntil,
) -> None:
    """T11: it is locked."""
    environment |= {"SHUTDOWN_GRACE_SECONDS": "0", "LEASE_SECONDS": "1", "POLL_SECONDS": "0.1"}
    with running(environment) as process:
        wait_until(heartbeat.exists)
        with locked():
            time.sleep(1)  # it waits for the lock by now
            process.send_signal(signal.SIGTERM)
            process.wait(40)
        assert process.stderr
        said = process.stderr.read()
    assert "marking interrupted runs takes too long, going on without it" in said


def test_a_process_that_cannot_start_ends_at_once(
    settings: Settings, no_database_url: str, heartbeat: Path
) -> None:
    nowhere: dict[str, str | int] = {"database_url": no_database_url}
    before = threading.active_count()
    with pytest.raises(StartError, match="the database cannot be used: "):
        serve(settings.model_copy(update=nowhere), SimpleQueue())
    assert not heartbeat.exists()
    assert threading.active_count() == before


def test_a_process_that_cannot_start_says_why_in_one_line(
    environment: dict[str, str], no_database_url: str
) -> None:
    environment["DATABASE_URL"] = no_database_url
    with running(environment) as process:
        said = process.communicate()[1].splitlines()
    assert process.returncode == 1
    assert [line for line in said if "the database cannot be used: " in line] == said[-1:]
    assert not any("Traceback" in line for line in said)
