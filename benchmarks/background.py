"""What the ledger and the scheduler of a generated project cost.

Run by hand, on a machine that does nothing else: `python benchmarks/background.py [ROWS]`. Each
script in `in_project/` is run by the Python of a project that is made for it; ROWS (1,000,000) is
the size of the large ledger.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from uv import find_uv_bin

SCRIPTS = Path(__file__).parent / "in_project"


def main() -> None:
    """Make a project and run the scripts in it, one after another."""
    rows = sys.argv[1] if len(sys.argv) > 1 else "1000000"
    environment = {**os.environ, "VIRTUAL_ENV": ""}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "fastforge", "new", "shop", "--yes", "--no-git"]
        subprocess.run([*command, "--no-verify"], cwd=folder, check=True, capture_output=True)
        project = Path(folder, "shop")
        sync = [find_uv_bin(), "sync", "--quiet", "--compile-bytecode", "--python", sys.executable]
        subprocess.run(sync, cwd=project, check=True, env=environment)
        python = project / ".venv" / "bin" / "python"
        for name, *arguments in (
            ("starts", "1000"),
            ("ledger", "10000"),
            ("ledger", rows),
            ("enqueue",),
            ("due_times",),
            ("requests_a_second",),
            ("memory",),
        ):
            print(f"\n{name} {' '.join(arguments)}", flush=True)
            script = [python, SCRIPTS / f"{name}.py", *arguments]
            subprocess.run(script, cwd=project, check=True, env=environment)


if __name__ == "__main__":
    main()
