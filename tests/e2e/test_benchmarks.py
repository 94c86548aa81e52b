"""The benchmarks of a generated project go on working: each runs, with small numbers."""

import re
import subprocess
from pathlib import Path

import pytest

from benchmarks.background import RUNS, SCRIPTS
from fastforge.environment.uv import child_environment

pytestmark = pytest.mark.e2e

SMALL = {
    "starts": (["5"], r"^5 jobs, (all new|unchanged): [\d.]+ s$", 3),
    "ledger": (["200"], r"^200 rows, .+: [\d.]+ ms$", 5),
    "enqueue": (["3"], r"^POST /\w+: [\d.]+ ms, [\d.]+ of add_task$", 3),
    "due_times": (["4", "2x3"], r"^2 processes, 3 .+: [1-9]\d* recorded .+ statements each$", 1),
    "requests_a_second": (["0.2"], r"^[\w ]+: [1-9]\d* requests a second, [\d.]+ of bare$", 3),
    "memory": (["20", "60"], r"^after [26]0 tasks: \d+ MiB", 2),
}
"""Arguments of each script, the lines that it prints with its figures, and how many these are."""


@pytest.mark.parametrize("name", SMALL)
def test_a_benchmark_runs_and_prints_its_figures(name: str, shop: Path, tmp_path: Path) -> None:
    arguments, figures, count = SMALL[name]

    ran = subprocess.run(
        [shop / ".venv" / "bin" / "python", SCRIPTS / f"{name}.py", *arguments],
        cwd=tmp_path,
        env=child_environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    assert len(re.findall(figures, ran.stdout, re.MULTILINE)) == count, ran.stdout


def test_no_benchmark_is_left_out() -> None:
    assert SMALL.keys() == {name for name, *_ in RUNS}
