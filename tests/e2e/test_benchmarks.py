"""The benchmarks go on working: each runs, with tiny numbers, and gives its figures."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from fastforge.environment.uv import child_environment
from tests.conftest import REPOSITORY
from tests.unit.suite.test_performance import performance_page

pytestmark = pytest.mark.e2e

BENCHMARKS = REPOSITORY / "benchmarks"
IN_PROJECT = {
    "starts": ["5"],
    "ledger": ["200"],
    "enqueue": ["3"],
    "due_times": ["4", "2x3"],
    "requests_a_second": ["0.2", "1"],
    "memory": ["20", "60"],
    "latency": ["10", "100"],
    "idle": ["0"],
    "wake": ["3", "20"],
    "claim": ["100", "50"],
    "page": ["300", "1"],
}
"""Scripts that run in a project, each with tiny numbers."""
AT_THE_TOP = {"start": ["1"], "add_job": ["1", "1", "2"], "update": ["1", "2"]}
SLOW = {
    "peers": (["--count", "20", "--rounds", "1"], "starts each queue on each database"),
    "engines": (
        ["--rounds", "1", "--count", "40", "--queue", "20", "--single", "5"],
        "makes a project for each engine, and starts each engine",
    ),
    "all": (["--tiny"], "makes and verifies projects of two builds"),
    "add_job": (["3", "1", "2"], "verifies jobs too, which takes most of its time"),
    "new": (["1"], "verifies two projects in full"),
    "mutation": (
        "shop --modules values.decimals --tests tests/machinery/values --proof p".split(),
        "makes an environment with mutmut, and runs tests for each mutant",
    ),
    "mutants_of_parts": (
        ["shop", "--parts", "move_house"],
        "makes a project of nine parts, and runs tests for each mutant",
    ),
}
"""Scripts that run with --exhaustive only, and why."""
STARTED_BY_OTHERS = {"queue_noops", "fill", "single", "postgresql_server"}
"""Scripts that `peers.py` and `engines.py` start."""


def ran(program: Path | str, script: Path, *arguments: str, cwd: Path) -> Mapping[str, Any]:
    """Run a script and give the figures of its last line."""
    done = subprocess.run(
        [program, script, *arguments],
        cwd=cwd,
        env=child_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def numbers(figures: object) -> Iterator[float]:
    """Give all numbers among the figures."""
    if isinstance(figures, Mapping):
        figures = list(figures.values())
    if isinstance(figures, list):
        for each in figures:
            yield from numbers(each)
    elif isinstance(figures, int | float):
        yield figures


@pytest.mark.parametrize("name", IN_PROJECT)
def test_a_benchmark_in_a_project_gives_its_figures(name: str, shop: Path, tmp_path: Path) -> None:
    script = BENCHMARKS / "in_project" / f"{name}.py"

    figures = ran(shop / ".venv" / "bin" / "python", script, *IN_PROJECT[name], cwd=tmp_path)

    assert any(number > 0 for number in numbers(figures))


@pytest.mark.parametrize("name", AT_THE_TOP)
def test_a_benchmark_of_the_command_gives_its_figures(name: str, tmp_path: Path) -> None:
    figures = ran(sys.executable, BENCHMARKS / f"{name}.py", *AT_THE_TOP[name], cwd=tmp_path)

    assert any(number > 0 for number in numbers(figures))


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.exhaustive(why)) for name, (_, why) in SLOW.items()],
)
def test_a_slow_benchmark_gives_its_figures(name: str, tmp_path: Path) -> None:
    arguments = [*SLOW[name][0], *(["--into", str(tmp_path)] if name == "all" else [])]

    figures = ran(sys.executable, BENCHMARKS / f"{name}.py", *arguments, cwd=tmp_path)

    assert any(number > 0 for number in numbers(figures))


def test_a_part_of_the_whole_run_writes_its_figures_and_the_page_shows_them(tmp_path: Path) -> None:
    options = "--tiny --only runner --old HEAD --folder made --into figures".split()

    ended = ran(sys.executable, BENCHMARKS / "all.py", *options, cwd=tmp_path)
    page = performance_page(tmp_path / "figures", tmp_path / "page.md")

    assert ended == {"parts": 1, "failed": []}
    assert "| this build, SQLite |" in page
    assert "| huey |" in page


def test_no_benchmark_is_left_out() -> None:
    scripts = {file.stem for file in BENCHMARKS.rglob("*.py") if "__main__" in file.read_text()}

    assert scripts == {*IN_PROJECT, *AT_THE_TOP, *SLOW, *STARTED_BY_OTHERS}


def test_no_peer_is_left_out() -> None:
    peers = (BENCHMARKS / "peers.py").read_text()
    there = [file.stem for file in BENCHMARKS.glob("in_peers/with_*.py")]

    assert len(there) >= 5
    assert [name for name in there if f'"{name} queue' not in peers] == []
