"""How long `fastforge add-job` takes: to write, in small and large projects, and to verify.

Run by hand, on a machine that does nothing else: `python benchmarks/add_job.py [RUNS [FEW MANY]]`,
where FEW and MANY are the jobs that a project has before; fewer than 3 RUNS verify none. CPU times
move less than those on the wall where the machine is busy after all.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

FASTFORGE = str(Path(sys.executable).parent / "fastforge")
BASELINE = [sys.executable, "-c", "import typer, rich.console, jinja2"]
FACTOR, EXTRA = 1.5, 0.1
"""What may be taken to write a job: so often the baseline, and so many seconds."""
VERIFICATION = 3.0
DEFAULTS = ("15", "5", "500")
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
"""Bytecode is kept, as where fastforge is installed."""


@dataclass
class Times:
    """Seconds of several runs of one command."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @property
    def medians(self) -> tuple[float, float]:
        """Seconds on the wall, and of CPU."""
        return statistics.median(self.wall), statistics.median(self.cpu)


def main() -> None:
    """Print a table of medians and ratios, then all as JSON."""
    runs, few, many = (int(word) for word in [*sys.argv[1:], *DEFAULTS[len(sys.argv) - 1 :]])
    with tempfile.TemporaryDirectory() as folder:
        times = measure(Path(folder), runs, (few, many))
        verified = verification(Path(folder), runs // 3)
    baseline = times.pop("python -c").medians
    limit = (FACTOR * baseline[0] + EXTRA, FACTOR * baseline[1] + EXTRA)
    print(f"{'':24}{'wall':>8}{'CPU':>8}{'of the limit (wall, CPU)':>28}")
    print(f"{'the imports alone':24}{baseline[0]:6.2f} s{baseline[1]:6.2f} s")
    for name, taken in times.items():
        show(f"written, {name}", taken, limit)
    wall, cpu = (
        more / less
        for more, less in zip(*(times[f"{n} jobs"].medians for n in (many, few)), strict=True)
    )
    print(f"{f'{many} jobs / {few} jobs':24}{wall:8.2f}{cpu:8.2f}")
    measured = {"the imports alone": baseline}
    measured |= {f"written, {name}": taken.medians for name, taken in times.items()}
    if verified.wall:
        show("verified, warm project", verified, (VERIFICATION, VERIFICATION))
        measured["verified"] = verified.medians
    named = {
        name: {"wall_seconds": round(wall, 3), "cpu_seconds": round(cpu, 3)}
        for name, (wall, cpu) in measured.items()
    }
    print(json.dumps(named))


def show(name: str, times: Times, limit: tuple[float, float]) -> None:
    """Print a line of the table."""
    wall, cpu = times.medians
    shares = f"{wall / limit[0]:20.2f}{cpu / limit[1]:8.2f}"
    print(f"{name:24}{wall:6.2f} s{cpu:6.2f} s{shares}")


def measure(folder: Path, runs: int, counts: tuple[int, int]) -> Mapping[str, Times]:
    """Add jobs without verification; all take turns, so that a busy moment hits each."""
    times = {"python -c": Times()} | {f"{count} jobs": Times() for count in counts}
    shops = {count: make(folder / str(count), count) for count in counts}
    for number in range(-1, runs):
        kept = times if number >= 0 else {name: Times() for name in times}  # the first warms caches
        timed(kept["python -c"], BASELINE)
        for count, shop in shops.items():
            timed(kept[f"{count} jobs"], add(f"added_{number + 1}", shop))
    return times


def verification(folder: Path, runs: int) -> Times:
    """Add jobs to a project with an environment, and verify them; the first is not counted."""
    times = Times()
    if not runs:
        return times
    run([FASTFORGE, "new", "warm", "--yes", "--no-git", "--no-verify", "-C", str(folder)])
    for number in range(runs + 1):
        timed(times if number else Times(), add(f"added_{number}", folder / "warm")[:-1])
    return times


def make(folder: Path, jobs: int) -> Path:
    """Make the files of a project with so many jobs."""
    from typer.testing import CliRunner

    from fastforge.commands.app import app

    folder.mkdir()
    run([FASTFORGE, "new", "shop", "--yes", "--no-verify", "--no-git", "-C", str(folder)])
    for number in range(jobs):
        done = CliRunner().invoke(app, add(f"job_{number}", folder / "shop")[1:])
        if done.exception:
            raise done.exception
    return folder / "shop"


def add(name: str, shop: Path) -> list[str]:
    """Give the command that adds a job."""
    return [FASTFORGE, "add-job", name, "--cron", "30 2 * * 1-5", "-C", str(shop), "--no-verify"]


def timed(times: Times, command: Sequence[str]) -> None:
    """Run a command and keep how long it took."""
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    run(command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    times.wall.append(time.perf_counter() - started)
    times.cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def run(command: Sequence[str]) -> None:
    """Run a command; raises if it fails."""
    subprocess.run(command, check=True, capture_output=True, env=ENVIRONMENT)


if __name__ == "__main__":
    main()
