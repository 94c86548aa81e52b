"""Thousands of tasks with delays, priorities, limits, batches and cancels; processes are killed."""

import json
import random
import subprocess
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from .conftest import Server, wait_until
from .marks import Marks, Span, most_at_once, most_in_a_second, read_marks
from .workers import Workers

pytestmark = pytest.mark.exhaustive("runs ten thousand tasks for minutes")

COUNT = 10_000
PROCESSES = 4
KILL_EVERY_SECONDS = 3
LONGEST_SECONDS = 600
AT_MOST = {"fire_narrow": 3}
A_SECOND = {"fire_rated": 30}
NAMES = ("free", "once", "narrow", "rated", "keyed", "after")
TASK = """from ..fire import {}

TASK = {}
"""
LEFT = """
with database.snapshot() as session:
    print(session.scalar(text(
        "SELECT count(*) FROM fastforge_runs WHERE name LIKE 'fire%' AND finished_at IS NULL"
    )) + session.scalar(text("SELECT count(*) FROM fastforge_batches WHERE ended_at IS NULL")))
"""
RUNS = """
from shop.background.models import Run
from sqlalchemy import select
columns = (Run.id, Run.name, Run.state, Run.attempt, Run.concurrency_key, Run.follows_id)
with database.snapshot() as session:
    print(json.dumps([
        [run.id.hex, run.name, run.state, run.attempt, run.concurrency_key,
         run.follows_id and run.follows_id.hex]
        for run in session.execute(select(*columns).where(Run.name.like("fire%")))
    ]))
"""


@pytest.fixture
def fire(project: Path) -> Iterator[None]:
    """Add the tasks."""
    package = project / "src" / "shop"
    files = [package / "fire.py", *(package / "tasks" / f"fire_{name}.py" for name in NAMES)]
    files[0].write_text(Path(__file__).with_name("fire.py").read_text())
    for file in files[1:]:
        task = "AFTER" if file.stem == "fire_after" else f'TASKS["{file.stem}"]'
        file.write_text(TASK.format(task.partition("[")[0], task))
    yield
    for file in files:
        file.unlink()


@pytest.mark.alone
@pytest.mark.usefixtures("fire")
@pytest.mark.parametrize("project", ["sqlite", "postgresql"], indirect=True)
def test_all_come_to_one_end_and_no_limit_is_exceeded(
    make_server: Callable[..., Server], tmp_path: Path
) -> None:
    """T6, T7: each batch is followed once; limits are counted from what the tasks did."""
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    settings = {"MARKS": str(tmp_path), "LEASE_SECONDS": "3", "SCHEDULER": "false"}
    server = make_server(1, **settings, RUN_RETENTION_ROWS="1000000")
    server.ask("from shop.database.schema import upgrade\nupgrade(database)")
    workers = Workers(server, tmp_path, PROCESSES)
    workers.start()
    began = time.monotonic()
    python = server.project / ".venv" / "bin" / "python"
    with subprocess.Popen(
        [python, "-m", "shop.fire", str(seed), str(COUNT)],
        cwd=server.project,
        env=server.environment,
        stdout=subprocess.PIPE,
    ) as queueing:
        while queueing.poll() is None or int(server.ask(LEFT)):
            assert time.monotonic() - began < LONGEST_SECONDS, "they do not come to an end"
            time.sleep(KILL_EVERY_SECONDS)
            workers.kill(chance)
            workers.start()
        assert queueing.stdout
        done = json.loads(queueing.stdout.read())
    seconds = time.monotonic() - began
    kills = len(workers.ended)
    wait_until(lambda: not int(server.ask(LEFT)))
    workers.stop()

    runs = json.loads(server.ask(RUNS))
    states = Counter((name, state) for _, name, state, *_ in runs)
    print(f"{done['queued']} runs, {len(done['batches'])} batches, {kills} kills, {seconds:.0f} s")
    print(dict(states))
    assert {state for _, state in states} <= {"succeeded", "cancelled", "lost"}
    assert {name for name, state in states if state == "lost"} <= {"fire_once"}
    assert sum(states[name, "cancelled"] for name in {name for name, _ in states}) > 0
    followed = Counter(follows for *_, follows in runs if follows)
    assert followed == Counter(done["batches"])
    assert len(runs) == done["queued"] + len(done["batches"])
    marks = read_marks(tmp_path / "marks", workers.ended)
    check_marks(runs, marks)


def check_marks(runs: Sequence[Sequence[str]], marks: Marks) -> None:
    """Compare what the tasks did with their limits."""
    names = {run_id: name for run_id, name, *_ in runs}
    keys = {run_id: key for run_id, _, _, _, key, _ in runs if key}
    spans: defaultdict[str, list[Span]] = defaultdict(list)
    for (run_id, _), span in marks.items():
        spans[names[run_id]].append(span)
        if run_id in keys:
            spans[keys[run_id]].append(span)
    for name, most in AT_MOST.items():
        print(f"{name}: {most_at_once(spans[name])} at once")
        assert most_at_once(spans[name]) <= most
    of_keys = {key: most_at_once(spans[key]) for key in set(keys.values())}
    assert set(of_keys.values()) == {1}, of_keys
    for name, most in A_SECOND.items():
        found = most_in_a_second(spans[name], most)
        print(f"{name}: {found} of {len(spans[name])} in half a second")
        assert found <= most
    succeeded = {run_id for run_id, _, state, *_ in runs if state == "succeeded"}
    assert succeeded <= {run_id for run_id, _ in marks}
    once = Counter(run_id for run_id, _ in marks if names[run_id] == "fire_once")
    assert set(once.values()) == {1}
