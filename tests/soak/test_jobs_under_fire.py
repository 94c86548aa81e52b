"""A job every second on four workers while everything happens to them that happens at night."""

import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from .conftest import Server

pytestmark = pytest.mark.exhaustive("tortures a running service for minutes")

DUE_TIMES = 60
JOB = '''"""A job of the soak test."""

import os
import time
from datetime import timedelta
from pathlib import Path

from ..background import Every, Job, RunContext


def {name}(context: RunContext) -> None:
    """Leave a mark for each due time."""
    time.sleep({seconds})
    line = f"{{context.due_at:%Y-%m-%d %H:%M:%S}} {{context.attempt}}\\n"
    with Path(os.environ["MARKS"], "{name}").open("a") as marks:
        marks.write(line)


JOB = Job(
    name="{name}",
    schedule=Every(timedelta(seconds=1)),
    function={name},
    max_instances=20,
    idempotent={idempotent},
)
'''


READ = """
from shop.background.models import Run
with database.snapshot() as session:
    runs = session.query(Run).where(Run.name == sys.argv[1]).order_by(Run.due_at)
    print(json.dumps([(f"{run.due_at:%Y-%m-%d %H:%M:%S}", run.state, run.attempt) for run in runs]))
"""
LOCK = """
with database.transaction() as session:
    if database.engine.name == "postgresql":
        session.execute(text("LOCK TABLE fastforge_runs"))
    session.execute(text("SELECT 1"))  # BEGIN IMMEDIATE, on SQLite
    time.sleep(float(sys.argv[1]))
"""


@pytest.fixture
def jobs(project: Path) -> Iterator[None]:
    """Add a quick job that may not be repeated, and a slow one that may."""
    files = {
        "tick": JOB.format(name="tick", seconds=0, idempotent=False),
        "slow": JOB.format(name="slow", seconds=1.5, idempotent=True),
    }
    paths = [project / "src" / "shop" / "jobs" / f"{name}.py" for name in files]
    for path, text in zip(paths, files.values(), strict=True):
        path.write_text(text)
    yield
    for path in paths:
        path.unlink()


def ledger(server: Server, name: str) -> list[tuple[datetime, str, int]]:
    """Read due time, state and attempts of each run of a job, oldest first."""
    rows = json.loads(server.ask(READ, name))
    return [(datetime.fromisoformat(due_at), state, attempt) for due_at, state, attempt in rows]


def marks(folder: Path, name: str) -> Counter[datetime]:
    """Count the marks that a job left, by due time."""
    lines = (folder / name).read_text().splitlines()
    return Counter(datetime.fromisoformat(line.rpartition(" ")[0]) for line in lines)


def lock_database(server: Server, seconds: float) -> None:
    """Hold the write lock as a careless script would."""
    server.ask(LOCK, str(seconds))


def everything_that_happens(server: Server, chance: random.Random, seconds: float) -> None:
    """Kill a random worker every three seconds, and in between do worse."""
    end = time.monotonic() + seconds
    supervisor = server.process
    assert supervisor is not None
    rounds = 0
    while time.monotonic() < end:
        rounds += 1
        victim = chance.choice(server.worker_pids())
        if rounds == 5:
            os.kill(victim, signal.SIGSTOP)
            time.sleep(5)
            os.kill(victim, signal.SIGCONT)
        elif rounds == 8:
            os.kill(victim, signal.SIGTERM)
        elif rounds == 11:
            supervisor.send_signal(signal.SIGHUP)  # uvicorn restarts the workers one by one
        elif rounds == 14:
            lock_database(server, 3)
        else:
            os.kill(victim, signal.SIGKILL)
        time.sleep(3)


@pytest.mark.usefixtures("jobs")
@pytest.mark.parametrize("project", ["sqlite", "postgresql"], indirect=True)
def test_each_due_time_is_on_record_and_none_runs_twice(
    make_server: Callable[..., Server], tmp_path: Path
) -> None:
    """S1, S2, S11, S15."""
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    server = make_server(4, MARKS=str(tmp_path), LEASE_SECONDS="10", RUNNER_THREADS="8")
    server.start()

    everything_that_happens(server, random.Random(seed), DUE_TIMES + 5)
    server.stop()
    server.start()  # so that what the last kill cut off is accounted for
    time.sleep(16)  # a lease and two heartbeats of the fresh process
    server.stop()

    for name in ("tick", "slow"):
        runs = ledger(server, name)
        due_times = [due_at for due_at, _, _ in runs]
        states = Counter(state for _, state, _ in runs)
        left = marks(tmp_path, name)
        print(name, len(runs), dict(states), "marks", sum(left.values()))
        assert len(runs) >= DUE_TIMES
        assert {b - a for a, b in pairwise(due_times)} == {timedelta(seconds=1)}, "one is missing"
        ended = {"succeeded", "lost", "coalesced", "skipped", "missed"}
        # The newest may have become due while the service went down: the next start runs it (S11).
        open_ones = [due_at for due_at, state, _ in runs if state not in ended]
        assert open_ones in ([], due_times[-1:])
        for due_at, state, attempts in runs:
            if state == "succeeded":
                assert left[due_at] >= 1
            if name == "tick":
                assert left[due_at] <= 1, f"{due_at} ran twice"
            else:
                assert left[due_at] <= attempts
