"""How long `fastforge new` takes to a verified project, and what each step's share is.

Run by hand, on a machine that does nothing else: `python benchmarks/new.py [RUNS] [OTHER]`. OTHER
is the program `fastforge` of an older build: both take turns, and a ratio is given. The first run
of each fills the caches and is not counted. The last line is one JSON object.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FASTFORGE = Path(sys.executable).parent / "fastforge"
ENVIRONMENT = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

Seconds = dict[str, float]


def main() -> None:
    """Print the median wall time and the seconds of each step, of each build."""
    given = dict(zip(("runs", "other"), sys.argv[1:], strict=False))
    runs, builds = int(given.get("runs", 5)), {"this": FASTFORGE}
    if "other" in given:
        builds["other"] = Path(given["other"])
    for program in builds.values():
        create(program)
    measured: dict[str, list[Seconds]] = {name: [] for name in builds}
    for _ in range(runs):
        for name, program in builds.items():
            measured[name].append(create(program))
    for name, all_runs in measured.items():
        show(name, all_runs)
    medians = {name: median(all_runs) for name, all_runs in measured.items()}
    ratios = [this["all"] / other["all"] for this, other in zip(*measured.values(), strict=False)]
    ratio = {"ratio": round(statistics.median(ratios), 2)} if len(builds) > 1 else {}
    print(json.dumps({"runs": runs, "seconds": medians, **ratio}))


def show(name: str, measured: list[Seconds]) -> None:
    """Print the steps of one build."""
    heads = f"{'median':>8}{'least':>8}{'most':>8}"
    print(f"{name:16}{heads}   seconds of {len(measured)} runs, warm cache")
    for step in measured[0]:
        times = [run[step] for run in measured]
        print(f"{step:16}{statistics.median(times):8.1f}{min(times):8.1f}{max(times):8.1f}")
    print("The checks run side by side: their times overlap.\n")


def median(measured: list[Seconds]) -> Seconds:
    """Give the median of each step."""
    return {
        step: round(statistics.median(run[step] for run in measured), 2) for step in measured[0]
    }


def create(program: Path) -> Seconds:
    """Make one project; give the seconds of each step and check, of all, and of CPU."""
    with tempfile.TemporaryDirectory() as folder:
        before, started = os.times(), time.perf_counter()
        command = [str(program), "new", "shop", "--yes", "--json"]
        done = subprocess.run(
            command, cwd=folder, env=ENVIRONMENT, check=False, capture_output=True, text=True
        )
        total, after = time.perf_counter() - started, os.times()
    if done.returncode:
        sys.exit(done.stderr)
    facts = json.loads(done.stdout)
    checks = {item["check"]: item["seconds"] for item in facts["verification"]["checks"]}
    cpu = sum(after[2:4]) - sum(before[2:4])
    return {**facts["seconds"], **checks, "all": total, "CPU": cpu}


if __name__ == "__main__":
    main()
