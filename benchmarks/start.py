"""How long the command takes, beside what Python alone takes for the same imports.

Run by hand, on a machine that does nothing else: `python benchmarks/start.py [RUNS]`.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Comparison:
    """A command and what it is measured against; `factor` and `extra` (seconds) are the limit."""

    name: str
    command: list[str]
    baseline: str
    factor: float
    extra: float = 0.0


FASTFORGE = str(Path(sys.executable).parent / "fastforge")
NEW = [FASTFORGE, "new", "shop", "--yes", "--no-verify", "--no-git"]
COMPARISONS = (
    Comparison("--version", [FASTFORGE, "--version"], "pass", 2.0),
    Comparison("--help", [FASTFORGE, "--help"], "import typer, rich.console", 1.5),
    Comparison("new (files)", NEW, "import typer, rich.console, jinja2", 1.5, 0.1),
)


def main() -> None:
    """Print a table of medians and ratios, then all as JSON."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    found = []
    print(f"{'':14}{'median':>10}{'python -c':>12}{'ratio':>8}{'limit':>10}   baseline")
    for comparison in COMPARISONS:
        ours, theirs = measure(comparison, runs)
        limit = comparison.factor * theirs + comparison.extra
        verdict = "" if ours <= limit else "  over"
        print(
            f"{comparison.name:14}{ours * 1000:7.0f} ms{theirs * 1000:9.0f} ms{ours / theirs:8.2f}"
            f"{limit * 1000:7.0f} ms   {comparison.baseline}{verdict}"
        )
        figures = {"median_ms": ours, "baseline_ms": theirs, "limit_ms": limit}
        rounded = {name: round(seconds * 1000, 1) for name, seconds in figures.items()}
        found.append({"command": comparison.name, **rounded, "ratio": round(ours / theirs, 3)})
    print(json.dumps({"commands": found}))


def measure(comparison: Comparison, runs: int) -> tuple[float, float]:
    """Give the medians in seconds; the two take turns, so that a busy moment hits both."""
    baseline = [sys.executable, "-c", comparison.baseline]
    ours, theirs = [], []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            ours.append(timed(lambda folder=folder: run(comparison.command, folder)))
            theirs.append(timed(lambda folder=folder: run(baseline, folder)))
    return statistics.median(ours), statistics.median(theirs)


def timed(work: Callable[[], None]) -> float:
    """Give the seconds that some work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def run(command: list[str], folder: str) -> None:
    """Run a command in a folder; raises if it fails."""
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


if __name__ == "__main__":
    main()
