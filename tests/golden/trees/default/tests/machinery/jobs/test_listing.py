"""`python -m shop.jobs` lists what discovery finds."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import BaseModel

from shop.background import RunContext, Task
from shop.background.scheduling import Daily, Every, Job, Once
from shop.jobs import __main__
from shop.jobs.__main__ import listing
from shop.process.discovery import find_work

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def nothing(_context: RunContext) -> None:
    """Do the work of a job."""


JOB = Job(name="nightly", function=nothing, schedule=Daily("03:30"), timeout=timedelta(minutes=1))


def test_a_job_is_listed_with_its_schedule_and_next_due_time() -> None:
    lines = list(listing({"nightly": JOB}, NOW))
    assert lines == ["job\tnightly\tdaily at 03:30 UTC\t2026-12-01T03:30:00+00:00"]


def test_a_job_that_is_over_or_disabled_is_never_due() -> None:
    over = replace(JOB, name="over", schedule=Once(NOW))
    disabled = replace(JOB, name="disabled", enabled=False)
    lines = list(listing({"over": over, "disabled": disabled}, NOW))
    assert [line.rpartition("\t")[2] for line in lines] == ["never", "never"]


def test_a_task_is_listed_by_its_name() -> None:
    task = Task(name="mail", payload=BaseModel, function=lambda _payload, _context: None)
    assert list(listing({"mail": task}, NOW)) == ["task\tmail"]


def test_the_list_is_printed_a_line_each(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(__main__, "find_work", lambda: {"nightly": replace(JOB, enabled=False)})
    assert __main__.main([]) == 0
    assert capsys.readouterr().out == "job\tnightly\tdaily at 03:30 UTC\tnever\n"


def test_the_list_is_of_what_is_due_from_now_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hourly = replace(JOB, schedule=Every(timedelta(hours=1)))
    monkeypatch.setattr(__main__, "find_work", lambda: {"nightly": hourly})
    began = datetime.now(UTC)

    assert __main__.main([]) == 0

    due_at = datetime.fromisoformat(capsys.readouterr().out.split()[-1])
    assert timedelta(0) < due_at - began <= timedelta(hours=1, minutes=1)


@pytest.mark.processes
def test_the_command_lists_every_job_and_task() -> None:
    command = [sys.executable, "-m", "shop.jobs"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
    rows = [line.split("\t")[:2] for line in printed.splitlines()]
    assert rows == [[work.kind, work.name] for work in find_work().values()]
