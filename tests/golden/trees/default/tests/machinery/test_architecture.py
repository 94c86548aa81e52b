"""Which folder may import which: the contracts are in pyproject.toml, import-linter reads them."""

import re
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
LINT = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"


def test_imports_go_down_and_background_work_has_one_door() -> None:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", LINT], cwd=PROJECT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"[1-9]\d* kept, 0 broken", done.stdout)
