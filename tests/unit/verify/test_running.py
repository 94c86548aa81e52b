"""Checks are run side by side and reported in their order."""

import asyncio
import errno
import os
import signal
import sys
import tempfile
from pathlib import Path

import pytest

from fastforge.answers.project import ProjectAnswers
from fastforge.project.project import Project
from fastforge.project.record import record_of
from fastforge.verify.checks.outcome import Finding, Outcome
from fastforge.verify.checks.process import run
from fastforge.verify.report import Report
from fastforge.verify.running import CHECKS, Check, chosen, verify


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    answers = ProjectAnswers(name="shop", description="Sells.", author="Ada")
    return Project(tmp_path, record_of("project", "shop", answers.as_dict(), {}), answers)


def check(name: str, *, passed: bool = True, log: bool = False) -> Check:
    async def run(_: Project, scratch: Path) -> Finding:
        (scratch / "report").write_text("kept")
        path = str(scratch / "report") if log else None
        return Finding(passed=passed, summary=name, log=path)

    return Check(name, f"run {name}", run)


def test_outcomes_come_in_the_order_of_the_checks(project: Project) -> None:
    heard: list[tuple[str, bool]] = []

    def listen(name: str, outcome: Outcome | None) -> None:
        heard.append((name, outcome is not None))

    report = verify(project, [check("a"), check("b")], listen)

    assert [outcome.check for outcome in report.outcomes] == ["a", "b"]
    assert report.passed
    assert sorted(heard) == [("a", False), ("a", True), ("b", False), ("b", True)]


def test_one_failure_fails_the_report_and_its_log_is_kept(project: Project, tmp_path: Path) -> None:
    report = verify(project, [check("a"), check("b", passed=False, log=True)], lambda *_: None)

    assert not report.passed
    assert Path(report.outcomes[1].finding.log or "").read_text() == "kept"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_passed_verification_leaves_nothing_behind(project: Project, tmp_path: Path) -> None:
    verify(project, [check("a")], lambda *_: None)

    assert list(tmp_path.iterdir()) == []


def test_checks_run_side_by_side(project: Project) -> None:
    both = asyncio.Barrier(2)

    async def meet(_: Project, __: Path) -> Finding:
        async with asyncio.timeout(5):
            await both.wait()
        return Finding(passed=True, summary="met")

    report = verify(project, [Check("a", "", meet), Check("b", "", meet)], lambda *_: None)

    assert report.passed


def test_what_the_listener_raises_ends_it_as_it_is(project: Project, tmp_path: Path) -> None:
    def listen(_: str, outcome: Outcome | None) -> None:
        if outcome is not None:
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left") as raised:
        verify(project, [check("a"), check("b")], listen)

    assert raised.value.errno == errno.ENOSPC
    assert list(tmp_path.iterdir()) == []


def test_a_program_that_is_not_there_is_a_failed_check(project: Project) -> None:
    report = verify(project, [CHECKS[2]], lambda *_: None)

    assert not report.passed
    assert report.outcomes[0].finding.summary == "could not run"
    assert "ruff" in report.outcomes[0].finding.problems[0]


SLEEPER = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)"


def test_ctrl_c_ends_the_programs_and_leaves_nothing_behind(
    project: Project, tmp_path: Path
) -> None:
    async def interrupted(_: Project, scratch: Path) -> Finding:
        child = asyncio.create_task(run([sys.executable, "-c", SLEEPER, str(pid)], scratch))
        while not pid.exists() or not pid.read_text():  # noqa: ASYNC110 (another process writes it)
            await asyncio.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)
        await child
        raise AssertionError

    pid = tmp_path / "pid"
    with pytest.raises(KeyboardInterrupt):
        verify(project, [Check("a", "", interrupted)], lambda *_: None)

    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)
    assert list(tmp_path.iterdir()) == [pid]


def test_new_waits_for_what_is_quick() -> None:
    assert [check.name for check in chosen(full=False)] == [
        "tests",
        "lint",
        "format",
        "types (ty)",
        "start-up",
    ]
    assert [check.name for check in chosen(full=True)] == [
        "tests",
        "lint",
        "format",
        "types (ty)",
        "types (mypy)",
        "migrations",
        "start-up",
    ]
    quick, full = chosen(full=False)[0], chosen(full=True)[0]
    assert quick.command == 'uv run pytest -m "not processes"'
    assert full.command == "uv run pytest --cov"


def test_the_json_has_the_facts_of_each_check() -> None:
    finding = Finding(
        passed=False, summary="1 failed", problems=("x",), facts={"failed": 1}, log="l"
    )
    outcome = Outcome(check="tests", seconds=1.234, command="uv run pytest", finding=finding)

    assert Report((outcome,), 2.345).as_json() == {
        "passed": False,
        "seconds": 2.35,
        "checks": [
            {
                "check": "tests",
                "passed": False,
                "summary": "1 failed",
                "seconds": 1.23,
                "command": "uv run pytest",
                "facts": {"failed": 1},
                "problems": ["x"],
                "log": "l",
            }
        ],
    }
