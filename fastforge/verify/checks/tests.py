"""The generated tests with coverage, read from JUnit XML and coverage JSON."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from fastforge.environment.uv import program
from fastforge.project.project import Project
from fastforge.verify.checks.outcome import TELL, Finding
from fastforge.verify.checks.process import broken, keep, run

COMMAND = "uv run pytest --cov"
OWN_COMMAND = "uv run pytest"
QUICK_COMMAND = 'uv run pytest -m "not processes"'
_SHOWN = 5
"""Failing tests that are named."""


async def check_tests(project: Project, scratch: Path, paths: Sequence[str] = ()) -> Finding:
    """Run the tests in `paths`, or all with their coverage; `scratch` takes the reports.

    A few files run in one process: each more would import the whole service first.
    """
    if paths:
        return await _run(project.root, scratch, paths)
    coverage = ["--cov", f"--cov-report=json:{scratch / _COVERAGE}"]
    return await _run(project.root, scratch, [*_side_by_side(project.root), *coverage])


async def check_quick_tests(project: Project, scratch: Path) -> Finding:
    """Run all tests but those that start processes of their own, without coverage."""
    selection = [*_side_by_side(project.root), "-m", "not processes"]
    return await _run(project.root, scratch, selection)


async def check_own_tests(root: Path, scratch: Path) -> Finding:
    """Run the tests of a project that fastforge did not make, as its own configuration says."""
    return await _run(root, scratch, [])


_JUNIT, _COVERAGE = "junit.xml", "coverage.json"
_COUNTING = ("-o", "console_output_style=count")
_COUNT = re.compile(r"\[ *(\d+)/(\d+)\]$", re.MULTILINE)
"""How pytest then ends each line of results: `[ 312/1091]`."""


async def _run(root: Path, scratch: Path, arguments: Sequence[str]) -> Finding:
    tell = TELL.get()

    def hear(said: str) -> None:
        for done, total in _COUNT.findall(said)[-1:]:
            tell(f"{int(done):,} of {int(total):,}")

    command = [program(root, "python"), "-m", "pytest", "-q", *_COUNTING]
    command += [*arguments, f"--junitxml={scratch / _JUNIT}"]
    variables = {"COVERAGE_FILE": str(scratch / "coverage.data")}
    finished = await run(command, root, variables, hear)
    if not (scratch / _JUNIT).is_file():
        return broken(finished, scratch, "tests")
    suites = list(ET.parse(scratch / _JUNIT).iter("testsuite"))  # noqa: S314 (pytest wrote it)
    total, failed, skipped = (_count(suites, *names) for names in _COUNTS)
    passed = finished.code == 0 and total > skipped
    numbers = {"tests": total, "failed": failed, "skipped": skipped}
    facts = {**numbers, **_coverage(scratch / _COVERAGE)}
    return Finding(
        passed=passed,
        summary=_summary(facts),
        facts=facts,
        problems=() if passed else _problems(suites, finished.output),
        log=None if passed else keep(finished, scratch, "tests"),
    )


def _side_by_side(root: Path) -> list[str]:
    """Use every core that may be used, if the project still has pytest-xdist.

    PYTEST_XDIST_AUTO_NUM_WORKERS, a variable of pytest-xdist, says how many instead.
    """
    installed = any(root.glob(".venv/lib/*/site-packages/xdist"))
    return ["-n", "auto"] if installed else []


_COUNTS = (("tests",), ("failures", "errors"), ("skipped",))


def _count(suites: list[ET.Element], *names: str) -> int:
    return sum(int(suite.get(name, "0")) for suite in suites for name in names)


def _coverage(report: Path) -> dict[str, float]:
    if not report.is_file():
        return {}
    totals = json.loads(report.read_text())["totals"]
    return {"coverage_percent": int(totals["percent_covered"] * 100) / 100}


def _summary(facts: dict[str, float]) -> str:
    words = [f"{facts['tests']} tests"]
    words += [f"{facts[name]} {name}" for name in ("failed", "skipped") if facts[name]]
    if "coverage_percent" in facts:
        words.append(f"{facts['coverage_percent']:g} % coverage")
    return ", ".join(words)


def _problems(suites: list[ET.Element], output: str) -> tuple[str, ...]:
    failing = list(_failing(suites))
    if not failing:
        lines = [line.strip() for line in output.splitlines() if line.strip()]
        return tuple(lines[-1:])
    more = [f"and {len(failing) - _SHOWN} more"] if len(failing) > _SHOWN else []
    return (*failing[:_SHOWN], *more)


def _failing(suites: list[ET.Element]) -> Iterator[str]:
    for suite in suites:
        for case in suite.iter("testcase"):
            for bad in (*case.findall("failure"), *case.findall("error")):
                place = (case.get("classname") or "").replace(".", "/")
                message = (bad.get("message") or "").strip().splitlines()
                yield f"{place}.py::{case.get('name')}: {message[0] if message else 'failed'}"
