# ruff: noqa: PLR0913, PLR0917 (fixtures are arguments)
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import accumulate
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import BaseModel
from sqlalchemy import select

from shop.background import Enqueue, RunContext, Task
from shop.background.models import Run, State
from shop.background.runner import Runner
from shop.database import Database

pytestmark = pytest.mark.processes

Start = Callable[..., subprocess.Popen[bytes]]
Wait = Callable[[Callable[[], object]], None]


class Nothing(BaseModel):
    pass


def ignore(_payload: Nothing, _context: RunContext) -> None:
    pass


HANG = Task(name="hang", payload=Nothing, function=ignore)
REPEAT = Task(name="repeat", payload=Nothing, function=ignore, idempotent=True)


def test_processes_together_run_each_run_once_and_keep_its_limit(
    start_process: Start,
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    wait_until: Wait,
    tmp_path: Path,
) -> None:
    """S1, T3: at most three runs of this task go on at once."""
    log = tmp_path / "log"

    def count(_payload: Nothing, context: RunContext) -> None:
        for what in ("start", "end"):
            with log.open("a") as file:
                file.write(f"{what} {context.run_id} here\n")
            threading.Event().wait(0.01)

    task = Task(name="count", payload=Nothing, function=count, max_concurrency=3)
    start_process()
    runs = [queue(task)]
    wait_for(runs[0], State.SUCCEEDED)  # the other process has started

    start_runner(task)
    runs += [queue(task) for _ in range(40)]

    def this_process_took_one() -> bool:
        wait_for(runs[-1], State.SUCCEEDED)  # while many wait, who ends a run takes the next one
        runs.append(queue(task))
        return " here\n" in log.read_text()

    wait_until(this_process_took_one)
    for run_id in runs:
        wait_for(run_id, State.SUCCEEDED)

    lines = [line.split() for line in log.read_text().splitlines()]
    started = Counter(run for what, run, _ in lines if what == "start")
    assert started == {str(run_id): 1 for run_id in runs}
    going = list(accumulate(1 if what == "start" else -1 for what, _, _ in lines))
    assert 1 < max(going) <= 3


def test_what_a_killed_process_ran_is_found_by_another(
    start_process: Start,
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    wait_until: Wait,
    find: Callable[[UUID], Run],
    beats: Callable[[str], int],
) -> None:
    """S2, T6: not while its process lives; then it runs again if idempotent, else it is lost."""
    again, lost = queue(REPEAT), queue(HANG)
    process = start_process()
    for run_id in (again, lost):
        wait_for(run_id, State.RUNNING)
    runner = start_runner(HANG, REPEAT, lease_seconds=3)
    wait_until(lambda: beats(runner.owner) > 6)  # longer than a lease
    assert find(lost).state is find(again).state is State.RUNNING

    process.kill()

    assert wait_for(lost, State.LOST).error == "its process died; it is unknown how far it came"
    assert wait_for(again, State.SUCCEEDED).attempt == 2


@pytest.mark.parametrize("wrong_by", [3600, -20])
def test_a_living_process_keeps_its_runs_whatever_its_clock_says(
    start_process: Start,
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    wait_until: Wait,
    find: Callable[[UUID], Run],
    beats: Callable[[str], int],
    tmp_path: Path,
    *,
    wrong_by: int,
) -> None:
    """S17: clocks of two machines differ, or one was set."""
    runs = [queue(HANG), queue(REPEAT)]
    process = start_process(wrong_by=wrong_by)
    for run_id in runs:
        wait_for(run_id, State.RUNNING)

    runner = start_runner(HANG, REPEAT, lease_seconds=3)
    wait_until(lambda: beats(runner.owner) > 6)  # longer than a lease

    for run_id in runs:
        assert (find(run_id).state, find(run_id).attempt) == (State.RUNNING, 1)
    assert process.poll() is None
    assert len((tmp_path / "log").read_text().splitlines()) == len(runs)


def test_what_waits_is_done_by_a_process_whose_clock_was_set_back(
    start_process: Start, queue: Callable[..., UUID], wait_for: Callable[[UUID, State], Run]
) -> None:
    """S17: a clock that is an hour ahead accepted it."""
    runs = [queue(Task(name="count", payload=Nothing, function=ignore)) for _ in range(5)]

    start_process(wrong_by=-3600)

    assert [wait_for(run_id, State.SUCCEEDED).attempt for run_id in runs] == [1] * 5


def test_a_run_that_hangs_does_not_hold_up_the_exit_of_its_process(
    start_process: Start,
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    find: Callable[[UUID], Run],
) -> None:
    """T6, S10."""
    run_id = queue(HANG)
    process = start_process()
    wait_for(run_id, State.RUNNING)

    process.send_signal(signal.SIGTERM)

    assert process.wait(30) == 0
    assert find(run_id).state is State.INTERRUPTED


def test_what_follows_a_batch_is_queued_once_whatever_is_killed(
    database: Database, start_process: Start, wait_until: Wait, tmp_path: Path
) -> None:
    """T6: at any moment."""
    log = tmp_path / "log"
    log.touch()
    count = Task(name="count", payload=Nothing, function=ignore)
    with database.transaction() as session:
        enqueue = Enqueue.within(session)
        parts = [Nothing()] * 4
        queued = [enqueue.many(count, parts, then=(count, Nothing())) for _ in range(8)]

    def has_lines(count: int) -> bool:
        return len(log.read_text().splitlines()) >= count

    for lines in (15, 30):
        process = start_process()
        wait_until(partial(has_lines, lines))
        process.kill()
    start_process()

    def all_have_ended() -> bool:
        with database.snapshot() as session:
            ended = session.scalars(select(Run.id).where(Run.finished_at.is_not(None)))
            return {batch.batch_id for batch in queued} <= set(ended)

    wait_until(all_have_ended)
    started = Counter(line.split()[1] for line in log.read_text().splitlines() if "start" in line)
    assert [started[str(batch.batch_id)] for batch in queued] == [1] * len(queued)
