"""The rooms stay as CONTRIBUTING draws them: which may import which is said in pyproject.toml."""

import importlib
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

TOOLS = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]
CONTRACTS = TOOLS["importlinter"]["contracts"]
MAP = (REPOSITORY / "CONTRIBUTING.md").read_text()
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
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in done.stdout


def test_the_map_in_contributing_has_these_rooms_on_these_floors() -> None:
    floors = [layer.split(" | ") for layer in reversed(CONTRACTS[0]["layers"])]
    drawn = re.findall(r"^\| (\d+) \| `(\w+)` \|", MAP, re.MULTILINE)

    assert len(drawn) == len({room for _, room in drawn})
    assert {(int(floor), room) for floor, room in drawn} == {
        (number, room) for number, rooms in enumerate(floors, 1) for room in rooms
    }


def test_the_steps_that_contributing_follows_are_there() -> None:
    steps = re.findall(r"^\| [a-z]* ?\| `([\w/]+)\.py` \| `(\w+)` \|", MAP, re.MULTILINE)

    assert len(steps) > 20
    for path, function in steps:
        module = importlib.import_module(f"fastforge.{path.replace('/', '.')}")
        assert callable(getattr(module, function))


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
