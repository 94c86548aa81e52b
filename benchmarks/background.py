"""What the ledger and the scheduler of a generated project cost.

Run by hand, on a machine that does nothing else: `python benchmarks/background.py`. Each script in
`in_project/` is run by the Python of a project that is made for it. `tests/e2e/test_benchmarks.py`
runs the same scripts with small numbers, so that none of them stops working unnoticed.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from uv import find_uv_bin

SCRIPTS = Path(__file__).parent / "in_project"
RUNS = (
    ("starts", "1000"),
    ("ledger", "10000"),
    ("ledger", "1000000"),
    ("enqueue", "300"),
    ("due_times", "20", "1x10", "2x10", "4x10", "4x100"),
    ("requests_a_second", "4"),
    ("memory", "1000", "100000"),
)


def main() -> None:
    """Make a project and run the scripts in it, one after another."""
    environment = {**os.environ, "VIRTUAL_ENV": ""}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "fastforge", "new", "shop", "--yes", "--no-git"]
        subprocess.run([*command, "--no-verify"], cwd=folder, check=True, capture_output=True)
        project = Path(folder, "shop")
        sync = [find_uv_bin(), "sync", "--quiet", "--compile-bytecode", "--python", sys.executable]
        subprocess.run(sync, cwd=project, check=True, env=environment)
        python = project / ".venv" / "bin" / "python"
        for name, *arguments in RUNS:
            print(f"\n{name} {' '.join(arguments)}", flush=True)
            script = [python, SCRIPTS / f"{name}.py", *arguments]
            subprocess.run(script, cwd=project, check=True, env=environment)


if __name__ == "__main__":
    main()
