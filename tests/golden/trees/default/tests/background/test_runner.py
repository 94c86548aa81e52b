import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from pydantic import BaseModel

from shop.background import RunContext, Task, ledger
from shop.background.models import Run, State
from shop.background.runner import Runner
from shop.database import Database

SELDOM = {"poll_seconds": 60, "lease_seconds": 600}
"""So that nothing is noticed by polling."""


class Nothing(BaseModel):
    pass


def ignore(_payload: Nothing, _context: RunContext) -> None:
    pass


def test_a_run_that_was_cut_off_is_seen_to_by_whoever_works(
    database: Database,
    start_runner: Callable[..., Runner],
    wait_for: Callable[[UUID, State], Run],
) -> None:
    """S2."""
    safe = Task(name="safe", payload=Nothing, function=ignore, idempotent=True)
    with database.transaction() as session:
        now, state = datetime.now(UTC), State.INTERRUPTED
        run_id = ledger.add(session, safe, now, payload="{}", state=state)
    assert run_id

    start_runner(safe)

    wait_for(run_id, State.SUCCEEDED)


def test_no_more_runs_go_on_at_once_than_the_process_and_each_task_allow(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    wait_until: Callable[[Callable[[], object]], None],
    gate: threading.Event,
) -> None:
    """T2, T3: counted while they run; what the one may not use is free for the other."""
    going: Counter[str] = Counter()
    most: Counter[str] = Counter()
    lock = threading.Lock()

    def work(_payload: Nothing, context: RunContext) -> None:
        with lock:
            going.update([context.name, "all"])
            most.update(going - most)
        gate.wait()
        with lock:
            going.subtract([context.name, "all"])

    narrow = Task(name="narrow", payload=Nothing, function=work, max_concurrency=2)
    wide = Task(name="wide", payload=Nothing, function=work)
    runs = [queue(task) for task in (narrow, wide) for _ in range(10)]

    start_runner(narrow, wide, runner_threads=5, **SELDOM)
    wait_until(lambda: going["all"] == 5)
    gate.set()

    for run_id in runs:
        wait_for(run_id, State.SUCCEEDED)
    assert (most["narrow"], most["all"]) == (2, 5)


def test_a_timeout_is_noticed_when_it_comes_and_not_at_the_next_poll(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    gate: threading.Event,
) -> None:
    """T4."""
    task = Task(
        name="work",
        payload=Nothing,
        function=lambda _payload, _context: gate.wait(),
        timeout=timedelta(seconds=0.3),
    )
    run_id = queue(task)

    start_runner(task, **SELDOM)

    wait_for(run_id, State.TIMED_OUT)


def test_leases_are_kept_however_seldom_the_ledger_is_polled(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    wait_until: Callable[[Callable[[], object]], None],
    gate: threading.Event,
) -> None:
    """S2."""
    task = Task(name="work", payload=Nothing, function=lambda _payload, _context: gate.wait())
    run_id = queue(task)

    start_runner(task, poll_seconds=60, lease_seconds=1)

    lease = wait_for(run_id, State.RUNNING).lease_until
    wait_until(lambda: wait_for(run_id, State.RUNNING).lease_until != lease)
