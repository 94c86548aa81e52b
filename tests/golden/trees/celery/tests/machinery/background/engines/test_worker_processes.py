"""Workers as real processes, with the relay in this one."""

# ruff: noqa: PLR0913, PLR0917 (fixtures are arguments)
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.request import urlopen
from uuid import UUID

import pytest
from pydantic import BaseModel
from tests.servers.control import Servers

from shop.background import RunContext, Task
from shop.background.engines.relay import Relay
from shop.background.models import Run, State
from shop.background.scheduling import Every, Job
from shop.settings import Settings

pytestmark = pytest.mark.processes

Queue = Callable[..., UUID]
Start = Callable[..., subprocess.Popen[bytes]]
StartRelay = Callable[..., Relay]
WaitFor = Callable[[UUID, State], Run]
WaitUntil = Callable[[Callable[[], object]], None]
WORKER = "shop.background.engines.worker"
COMMAND = ["-m", "celery", "--app", WORKER, "worker"]


class Nothing(BaseModel):
    pass


def ignore(_payload: Nothing, _context: RunContext) -> None:
    pass


def do_nothing(_context: RunContext) -> None:
    """Be the function of a job."""


COUNT = Task(name="count", payload=Nothing, function=ignore)
WAIT = Task(name="wait", payload=Nothing, function=ignore)
HANG = Task(name="hang", payload=Nothing, function=ignore)
REPEAT = Task(name="repeat", payload=Nothing, function=ignore, idempotent=True)
REPORT = Job(name="report", schedule=Every(timedelta(hours=1)), function=do_nothing)
WORK = (COUNT, WAIT, HANG, REPEAT, REPORT)


def started(log: Path) -> list[tuple[str, str]]:
    """Read which run was started by which process."""
    lines = [line.split() for line in log.read_text().splitlines()]
    return [(run, pid) for what, run, pid in lines if what == "start"]


def test_workers_share_the_runs_and_another_takes_over_what_a_killed_one_ran(
    settings: Settings,
    start_relay: StartRelay,
    start_worker: Start,
    queue: Queue,
    wait_for: WaitFor,
    wait_until: WaitUntil,
    tmp_path: Path,
) -> None:
    """S1, S2, T6: each run once; after a kill again if it is idempotent, else it is lost."""
    log = tmp_path / "log"
    settings.lease_seconds = 1
    start_relay(*WORK)
    first = start_worker()
    cut_off, again, report = queue(HANG), queue(REPEAT), queue(REPORT)
    for run_id in (cut_off, again):
        wait_for(run_id, State.RUNNING)
    wait_for(report, State.SUCCEEDED)
    start_worker()
    wait_until((tmp_path / "heartbeat-1").exists)
    runs = [queue(WAIT) for _ in range(6)]  # the first one has two threads left
    for run_id in runs:
        wait_for(run_id, State.RUNNING)
    (tmp_path / "open").touch()
    for run_id in runs:
        wait_for(run_id, State.SUCCEEDED)
    assert len({pid for _, pid in started(log)}) == 2
    assert set(Counter(run for run, _ in started(log)).values()) == {1}

    first.kill()

    wait_for(cut_off, State.LOST)
    wait_until(lambda: Counter(run for run, _ in started(log))[str(again)] == 2)


def test_after_sigterm_a_short_run_ends_and_a_long_one_is_interrupted(
    start_relay: StartRelay,
    start_worker: Start,
    queue: Queue,
    wait_for: WaitFor,
    wait_until: WaitUntil,
    tmp_path: Path,
) -> None:
    """T6, T11: the process ends with 0 soon after its grace period."""
    heartbeat = tmp_path / "heartbeat-0"
    start_relay(*WORK)
    worker = start_worker(shutdown_grace_seconds=2)
    short, long = queue(WAIT), queue(HANG)
    for run_id in (short, long):
        wait_for(run_id, State.RUNNING)
    wait_until(heartbeat.exists)
    [port] = re.findall(r"metrics are served on port (\d+)", (tmp_path / "said-0").read_text())
    with urlopen(f"http://127.0.0.1:{port}/metrics") as scrape:
        assert b'tasks_in_progress{task="wait"} 1.0' in scrape.read()

    worker.send_signal(signal.SIGTERM)
    (tmp_path / "open").touch()

    assert wait_for(short, State.SUCCEEDED).attempt == 1
    assert worker.wait(30) == 0
    wait_for(long, State.INTERRUPTED)
    assert not heartbeat.exists()


def test_a_worker_that_cannot_start_says_why_in_one_sentence(
    environment: dict[str, str], no_database_url: str
) -> None:
    environment |= {"DATABASE_URL": no_database_url, "BACKGROUND_METRICS_PORT": "0"}
    command = [sys.executable, *COMMAND]

    ended = subprocess.run(  # noqa: S603
        command, env=environment, check=False, capture_output=True, text=True
    )

    assert ended.returncode == 1
    said = [line for line in ended.stderr.splitlines() if "cannot be used: " in line]
    assert said == ended.stderr.splitlines()[-1:]
    assert "Traceback" not in ended.stderr


def test_nothing_is_lost_when_the_broker_loses_all_its_messages(
    settings: Settings,
    environment: dict[str, str],
    own_broker: Servers,
    start_relay: StartRelay,
    start_worker: Start,
    queue: Queue,
    wait_for: WaitFor,
    tmp_path: Path,
) -> None:
    """T2, T6: it also comes back while a run goes on."""
    settings.broker_url = environment["BROKER_URL"] = own_broker.urls["TEST_BROKER_URL"]
    start_relay(*WORK)
    start_worker(runner_threads=1)
    running = queue(WAIT)
    wait_for(running, State.RUNNING)
    waiting = [queue(COUNT) for _ in range(5)]

    own_broker.order("forget")
    (tmp_path / "open").touch()

    for run_id in (running, *waiting):
        assert wait_for(run_id, State.SUCCEEDED).attempt == 1
    later = queue(COUNT)
    wait_for(later, State.SUCCEEDED)
