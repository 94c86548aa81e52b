"""Several real processes on one store, one of them killed in the middle (S1, S2)."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from shop.background.models import Run, State
from shop.settings import Settings

pytestmark = pytest.mark.processes

PROCESS = """
import sys
from datetime import timedelta
from pathlib import Path

from shop.background.execution import no_observer
from shop.background.scheduling import Every, Job
from shop.background.services import Services
from shop.database.schema import open_database
from shop.settings import Settings


def tick(context):
    with Path(sys.argv[2]).open("a") as ticks:
        ticks.write(f"{context.due_at.isoformat()}\\n")


TICK = Job(name="tick", schedule=Every(timedelta(seconds=1)), function=tick)
settings = Settings.model_validate_json(sys.argv[1])
with open_database(settings.database_url, migrate=True) as database:
    services = Services.build(settings, database, {TICK.name: TICK}, no_observer)
    services.start()
    print("started", flush=True)
    sys.stdin.read()
    services.stop()
"""


@pytest.fixture
def ticks(tmp_path: Path) -> Path:
    file = tmp_path / "ticks"
    file.touch()
    return file


@pytest.fixture
def processes(
    settings: Settings, ticks: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[subprocess.Popen[str]]]:
    command = [sys.executable, "-c", PROCESS, settings.model_dump_json(), str(ticks)]
    pipe = subprocess.PIPE
    for name in [name for name in os.environ if name.startswith("COV")]:
        monkeypatch.delenv(name)  # without coverage they start in half the time
    started = [
        subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True)  # noqa: S603
        for _ in range(2)
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
    yield started
    for process in started:
        process.communicate()


def test_each_due_time_runs_once_although_a_process_is_killed(
    processes: list[subprocess.Popen[str]],
    ticks: Path,
    recorded: Callable[[], Sequence[Run]],
    wait_until: Callable[[Callable[[], object]], None],
) -> None:
    """S1, S2."""

    def done() -> list[str]:
        return ticks.read_text().splitlines()

    wait_until(lambda: len(done()) >= 2)
    processes[0].send_signal(signal.SIGKILL)
    wait_until(lambda: len(done()) >= 4)
    processes[1].communicate()

    runs = recorded()
    assert {later.due_at - run.due_at for run, later in pairwise(runs)} == {timedelta(seconds=1)}
    assert len(done()) == len(set(done()))
    succeeded = {run.due_at.isoformat() for run in runs if run.state is State.SUCCEEDED}
    assert succeeded <= set(done())
    assert len(succeeded) >= 3
