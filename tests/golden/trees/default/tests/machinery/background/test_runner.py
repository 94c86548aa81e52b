# ruff: noqa: PLR0913, PLR0917 (fixtures are arguments)
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import BaseModel
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from shop.background import RunContext, Task, ledger
from shop.background.models import Run, State
from shop.background.runner import Runner
from shop.background.threads import Threads
from shop.database import Database

SELDOM = {"poll_seconds": 60, "lease_seconds": 600}
"""A poll interval so long that nothing is found by polling."""


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


class LostCommits:
    """Commits, and then raises as if the connection was lost."""

    def __init__(self, database: Database, statement: str) -> None:
        """Do so once, to the transaction that executes such a statement."""
        self.statement, self.done = statement, 0
        event.listen(database.engine, "after_cursor_execute", self._look)
        event.listen(database.engine, "commit", self._lose)

    def _look(
        self, connection: Connection, _cursor: object, statement: str, *_rest: object
    ) -> None:
        if self.statement in statement:
            connection.info["unheard"] = True

    def _lose(self, connection: Connection) -> None:
        if connection.info.pop("unheard", False) and not self.done:
            self.done += 1
            connection.connection.commit()
            raise OperationalError("COMMIT", None, ConnectionError("the connection was lost"))


@pytest.mark.parametrize("statement", ["owner=", "progress=coalesce("])
def test_a_claim_whose_commit_is_not_heard_of_is_run_all_the_same(
    statement: str,
    database: Database,
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    wait_until: Callable[[Callable[[], object]], None],
) -> None:
    """T10: no function was called, so nothing is lost; each end counts once."""
    attempts: list[int] = []
    counted: list[State] = []
    task = Task(name="work", payload=Nothing, function=lambda _, run: attempts.append(run.attempt))
    unheard = LostCommits(database, statement)
    runs = [queue(task) for _ in range(3)]

    start_runner(task, observe=lambda _kind, _name, state, _seconds: counted.append(state))

    assert [wait_for(run_id, State.SUCCEEDED).attempt for run_id in runs] == [1, 1, 1]
    assert (attempts, unheard.done) == ([1, 1, 1], 1)
    wait_until(lambda: counted == [State.SUCCEEDED] * 3)


def test_a_run_whose_thread_cannot_be_started_waits_for_one(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """T10: out of memory, or too many threads."""
    refused, start_threads = ["one", "and another"], Threads.start_missing

    def start_missing(threads: Threads) -> None:
        if refused:
            refused.pop()
            raise RuntimeError("can't start new thread")
        start_threads(threads)

    monkeypatch.setattr(Threads, "start_missing", start_missing)
    task = Task(name="work", payload=Nothing, function=ignore)
    runs = [queue(task) for _ in range(3)]

    start_runner(task, poll_seconds=0.05)

    assert [wait_for(run_id, State.SUCCEEDED).attempt for run_id in runs] == [1, 1, 1]
    told = "no thread can be started, runs wait: can't start new thread"
    assert caplog.messages.count(told) == 1  # the same error is logged once a minute
    assert not refused


def test_no_more_runs_go_on_at_once_than_the_process_and_each_task_allow(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    wait_until: Callable[[Callable[[], object]], None],
    gate: threading.Event,
) -> None:
    """T2, T3: counted while they run; slots that one task may not use are free for others."""
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


def test_a_runner_beats_however_seldom_it_polls_the_ledger(
    start_runner: Callable[..., Runner],
    beats: Callable[[str], int],
    wait_until: Callable[[Callable[[], object]], None],
) -> None:
    """S2."""
    runner = start_runner(poll_seconds=60, lease_seconds=0.3)

    wait_until(lambda: beats(runner.owner) > 2)
