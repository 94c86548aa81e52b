"""A job that is run by hand runs here, and no other process does."""

import asyncio
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from shop.background import RunContext
from shop.background.beats import RunnerProcess
from shop.background.models import Run, State
from shop.background.scheduling import Every, Job
from shop.database import Database
from shop.jobs.__main__ import main

YESTERDAY = "2026-02-28T04:30:00+01:00"


def make_job(function: Callable[[RunContext], object]) -> Job:
    hourly = Every(timedelta(hours=1))
    return Job(name="report", schedule=hourly, function=function, idempotent=True, retries=3)


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> Iterator[Callable[..., int]]:
    """Call the command for a job of the test, with the environment of a process."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    before = signal.getsignal(signal.SIGTERM), logging.root.handlers[:], logging.root.level

    def call(job: Job, *arguments: str) -> int:
        monkeypatch.setattr(
            "shop.jobs.__main__.find_work",
            lambda: {"report": job},
        )
        return main(["run", *arguments])

    yield call
    signal.signal(signal.SIGTERM, before[0])
    logging.root.handlers[:] = before[1]
    logging.root.setLevel(before[2])


@pytest.fixture
def runs(database: Database) -> Callable[[], Sequence[Run]]:
    """Read the ledger."""

    def read() -> Sequence[Run]:
        with database.snapshot() as session:
            return session.scalars(select(Run)).all()

    return read


def test_a_job_is_run_here_for_a_due_time_of_ones_choosing(
    run: Callable[..., int],
    runs: Callable[[], Sequence[Run]],
    database: Database,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """S13: it is in the ledger like any other run."""
    threads: list[threading.Thread] = []

    def report(context: RunContext) -> str:
        threads.append(threading.current_thread())
        context.progress(1)
        with context.database.snapshot() as session:
            row = session.get_one(Run, context.run_id)
            assert (row.state, row.attempt, row.held_by) == (State.RUNNING, 1, row.owner)
        return context.due_at.isoformat()

    began = datetime.now(UTC)
    assert run(make_job(report), "report", "--due-at", YESTERDAY) == 0

    assert threads == [threading.main_thread()]
    (row,) = runs()
    assert (row.kind, row.state, row.held_by) == ("job", State.SUCCEEDED, None)
    assert row.result == '"2026-02-28T03:30:00+00:00"'
    assert row.progress
    assert row.started_at
    assert began <= row.available_at == row.started_at <= datetime.now(UTC)
    with database.snapshot() as session:
        assert session.scalars(select(RunnerProcess)).all() == []
    assert f"run_id={row.id} work=report: succeeded" in capsys.readouterr().err


def test_without_a_due_time_it_is_due_now(
    run: Callable[..., int], runs: Callable[[], Sequence[Run]]
) -> None:
    began = datetime.now(UTC)

    assert run(make_job(lambda _context: None), "report") == 0

    (row,) = runs()
    assert began <= row.due_at <= datetime.now(UTC)


def test_what_fails_here_is_not_tried_again(
    run: Callable[..., int],
    runs: Callable[[], Sequence[Run]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """S14: whoever ran it sees why."""

    async def fail(_context: RunContext) -> None:
        raise OSError("the printer is on fire")

    assert run(make_job(fail), "report") == 1

    (row,) = runs()
    assert (row.state, row.attempt) == (State.FAILED, 1)
    assert "OSError: the printer is on fire" in capsys.readouterr().err


def test_what_takes_too_long_here_is_not_repeated(
    run: Callable[..., int], runs: Callable[[], Sequence[Run]]
) -> None:
    """T4."""

    async def hang(_context: RunContext) -> None:
        await asyncio.Event().wait()

    assert run(replace(make_job(hang), timeout=timedelta(seconds=0.05)), "report") == 1

    assert [row.state for row in runs()] == [State.TIMED_OUT]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_a_signal_stops_the_function(
    run: Callable[..., int], runs: Callable[[], Sequence[Run]], *, number: signal.Signals
) -> None:
    """S10: also one that never looks up."""
    signal.signal(signal.SIGINT, signal.default_int_handler)

    def hang(_context: RunContext) -> None:
        os.kill(os.getpid(), number)
        threading.Event().wait()

    assert run(make_job(hang), "report") == 1

    (row,) = runs()
    assert (row.state, row.attempt) == (State.CANCELLED, 1)


def test_a_signal_outside_the_function_leaves_no_run_behind(
    run: Callable[..., int],
    runs: Callable[[], Sequence[Run]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """S10."""

    def interrupt(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(
        "shop.background.scheduling.foreground.lock_ledger",
        interrupt,
    )

    assert run(make_job(lambda _context: None), "report") == 1
    assert runs() == []


def test_a_job_that_runs_as_often_as_it_may_is_not_run(
    run: Callable[..., int],
    runs: Callable[[], Sequence[Run]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """S12."""
    codes: list[int] = []
    job = make_job(lambda _context: None)

    def again(_context: RunContext) -> None:
        codes.append(run(job, "report"))

    assert run(make_job(again), "report") == 0

    assert codes == [2]
    assert "report runs already, max_instances=1\n" in capsys.readouterr().err
    assert len(runs()) == 1


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["nothing"], "no job named nothing"),
        *(
            (
                ["report", "--due-at", time],
                f"--due-at is a time with a zone, like 2026-11-28T03:30:00Z, not {time}",
            )
            for time in ("yesterday", "2026-11-28T03:30:00", "0001-01-01T00:00:00+14:00")
        ),
    ],
)
def test_what_cannot_be_run_is_said_in_a_sentence(
    run: Callable[..., int],
    runs: Callable[[], Sequence[Run]],
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    problem: str,
) -> None:
    assert run(make_job(lambda _context: None), *arguments) == 2

    assert capsys.readouterr().err == f"{problem}\n"
    assert runs() == []


def test_without_a_database_it_says_so(
    run: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    no_database_url: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """T12."""
    monkeypatch.setenv("DATABASE_URL", no_database_url)

    assert run(make_job(lambda _context: None), "report") == 2

    assert capsys.readouterr().err.splitlines()[-1].startswith("the database cannot be used: ")


@pytest.mark.processes
def test_the_command_tells_of_a_job_that_is_not_there(tmp_path: Path) -> None:
    program = "shop.jobs"
    command = [sys.executable, "-m", program, "run", "nothing"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)  # noqa: S603

    assert (done.returncode, done.stdout, done.stderr) == (2, "", "no job named nothing\n")
