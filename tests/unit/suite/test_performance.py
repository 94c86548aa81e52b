"""`docs/performance.md` says what `benchmarks/all.py` measured."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REPOSITORY

DOCS = REPOSITORY / "docs"
ORIGIN = {
    "date": "2026-11-29",
    "commit": "abc",
    "old": "2961fc2",
    "command": "python benchmarks/all.py",
    "seconds": 9,
    "machine": {"cores": 2, "kernel": "Linux 6", "python": "3.11.7"},
    "versions": {"huey": "3"},
}


def performance_page(figures: Path, file: Path) -> str:
    command = [sys.executable, DOCS / "write_performance.py", figures, file]
    subprocess.run(command, check=True)
    return file.read_text()


def page_of(folder: Path, part: str, figures: dict[str, Any]) -> str:
    (folder / f"{part}.json").write_text(json.dumps({**ORIGIN, "figures": figures}))
    return performance_page(folder, folder / "page.md")


def test_the_page_is_what_the_writer_makes_of_the_figures(tmp_path: Path) -> None:
    page = performance_page(DOCS / "performance", tmp_path / "page.md")

    assert (DOCS / "performance.md").read_text() == page


def test_no_figure_comes_from_a_tree_that_nobody_can_check_out() -> None:
    parts = [json.loads(file.read_text()) for file in (DOCS / "performance").glob("*.json")]

    assert [part["commit"] for part in parts if "dirty" in part["commit"]] == []


def test_each_part_of_a_run_has_its_place_on_the_page() -> None:
    command = [sys.executable, REPOSITORY / "benchmarks" / "all.py", "--only", "nothing"]

    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    places = tomllib.loads((DOCS / "performance" / "parts.toml").read_text())

    assert asked.returncode == 1
    assert asked.stderr == f"no such part: nothing; there are {', '.join(places)}\n"


def test_ours_stands_beside_the_older_build_and_the_peers(tmp_path: Path) -> None:
    rates = {"this build, SQLite": 3000.0, "2961fc2, SQLite": 300.0, "huey": 1500.0}
    rows = [
        {
            "name": name,
            "tasks": 500,
            "runs_a_second": rate,
            "rounds_runs_a_second": [rate],
            "cpu_us": 9.0,
        }
        for name, rate in rates.items()
    ]
    for row in rows:
        row["worker"] = "python -m x"

    page = page_of(tmp_path, "runner", {"drained": rows})

    assert "| this build, SQLite | 3,000 | 3,000 | 9 | 10.0 | 1.00 times |" in page
    assert "| huey | 1,500 | 1,500 | 9 |  | 2.00 times |" in page
    assert "on 2026-11-29, this build at commit abc: 9 s, 2 cores, Linux 6, Python 3.11.7" in page
    assert page.count("Not run yet.") >= 5
    assert page.endswith("## Versions\n\nhuey 3\n")


@pytest.mark.parametrize(
    ("rounds", "median"), [([3.0], "3.0"), ([1.0, 3.0], "2.0"), ([9.0, 1.0, 2.0], "2.0")]
)
def test_a_figure_is_the_median_of_its_rounds_beside_that_of_the_older_build(
    rounds: list[float], median: str, tmp_path: Path
) -> None:
    builds = {"this build": rounds, "2961fc2": [4.0]}
    found = [
        {"build": name, "rounds": [{"cases": [{"case": "1x10", "late_ms": late}]} for late in each]}
        for name, each in builds.items()
    ]

    page = page_of(tmp_path, "due_times", {"due_times": found})

    assert "|  | this build | 2961fc2 | ratio |" in page
    assert f"| 1x10, late ms | {median} | 4.0 | {float(median) / 4:.2f} |" in page


def test_what_a_build_cannot_do_is_said(tmp_path: Path) -> None:
    found = [
        {"build": "this build", "rounds": [{"median_ms": 2.5}]},
        {"build": "2961fc2", "rounds": [{"note": "cannot run this"}]},
    ]

    page = page_of(tmp_path, "wake", {"wake": found})

    assert "| median ms | 2.5 |  |  |" in page
    assert "| note |  | cannot run this |  |" in page


def test_an_engine_stands_beside_the_bare_one(tmp_path: Path) -> None:
    rates = {"ours, celery": 600.0, "bare celery, threads": 1000.0}
    rows: list[dict[str, Any]] = [
        {
            "name": name,
            "queued_a_second": 400.0,
            "runs_a_second": rate,
            "rounds_runs_a_second": [rate],
            "median_ms_other": 6.5,
            "p99_ms_other": 9.0,
            "worker": "celery worker",
        }
        for name, rate in rates.items()
    ]
    rows[0] |= {"median_ms_relay": 5.0, "p99_ms_relay": 8.0}

    page = page_of(tmp_path, "engines", {"engines": rows})

    assert (
        "| ours, celery | 400 | 600 | 600 | 0.60 | 5.0, 8.0 | 6.5, 9.0 | `celery worker` |" in page
    )
    assert "| bare celery, threads | 400 | 1,000 | 1,000 |  |  | 6.5, 9.0 |" in page
