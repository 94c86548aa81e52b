"""How long `fastforge new` takes to a verified project, and what each step's share is.

Run by hand, on a machine that does nothing else: `python benchmarks/new.py [RUNS]`. The first run
fills uv's cache and is not counted.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FASTFORGE = str(Path(sys.executable).parent / "fastforge")


def main() -> None:
    """Print the median wall time and the seconds of each step."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    create()
    measured = [create() for _ in range(runs)]
    print(f"{'':16}{'median':>8}{'least':>8}{'most':>8}   seconds of {runs} runs, warm cache")
    for step in measured[0]:
        times = [run[step] for run in measured]
        print(f"{step:16}{statistics.median(times):8.1f}{min(times):8.1f}{max(times):8.1f}")
    print("The checks run side by side: their times overlap.")


def create() -> dict[str, float]:
    """Make one project; give the seconds of each step and check, and of all."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        command = [FASTFORGE, "new", "shop", "--yes", "--json"]
        done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
        total = time.perf_counter() - started
    if done.returncode:
        sys.exit(done.stderr)
    facts = json.loads(done.stdout)
    checks = {item["check"]: item["seconds"] for item in facts["verification"]["checks"]}
    return {**facts["seconds"], **checks, "all": total}


if __name__ == "__main__":
    main()
