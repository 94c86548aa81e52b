"""The rooms stay as CONTRIBUTING draws them: which may import which is said in pyproject.toml."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

CONTRACTS = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"]
LINTER = Path(sys.executable).with_name("lint-imports")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Hold the package in `folder` against the contracts in the pyproject.toml beside it."""
    command = [str(LINTER), "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the package, for a test that breaks it."""
    ignored = shutil.ignore_patterns("__pycache__", "_templates")
    shutil.copytree(REPOSITORY / "fastforge", tmp_path / "fastforge", ignore=ignored)
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_rooms_import_as_it_is_drawn() -> None:
    done = lint(REPOSITORY)

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Contracts: {len(CONTRACTS['contracts'])} kept, 0 broken." in done.stdout


@pytest.mark.parametrize(
    ("path", "line", "broken"),
    [
        ("project/sources.py", "import fastforge.verify.report", "Between rooms an import goes"),
        ("parts/jobs/job.py", "import fastforge.parts.tasks.task", "No kind of part knows"),
        ("changes/plan.py", "import fastforge.changes.transaction", "No circle"),
        ("project/paths.py", "import shutil", "Whoever asks, reads or renders"),
        ("parts/part.py", "import subprocess", "Programs are started"),
        ("newcomer.py", "", "Between rooms an import goes"),
    ],
)
def test_what_is_not_drawn_is_refused(copied: Path, path: str, line: str, broken: str) -> None:
    with (copied / "fastforge" / path).open("a") as file:
        file.write(f"\n{line}\n")

    done = lint(copied)

    assert done.returncode == 1
    refused = [told for told in done.stdout.splitlines() if told.endswith("BROKEN")]
    assert any(told.startswith(broken) for told in refused), done.stdout
