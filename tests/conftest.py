"""Options and fixtures that all tests share."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("fastforge", deadline=None, database=None)
settings.load_profile("fastforge")

REPOSITORY = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write the golden trees anew, then look at git diff",
    )
    parser.addoption(
        "--exhaustive",
        action="store_true",
        help="run what takes many minutes too: every combination, all mutants, the soak",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what is marked `exhaustive` unless it is asked for; the mark says why it is."""
    if config.getoption("--exhaustive"):
        return
    for item in items:
        if mark := item.get_closest_marker("exhaustive"):
            why = ", ".join(mark.args) or "takes minutes"
            item.add_marker(pytest.mark.skip(reason=f"{why}: run with --exhaustive"))


@dataclass(frozen=True)
class Ran:
    """What a run of the command left: exit code, stdout, stderr."""

    code: int
    out: str
    err: str


Fastforge = Callable[..., Ran]


@pytest.fixture
def fastforge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fastforge:
    """Run the command as a program, without a terminal, in `tmp_path`."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments: str, cwd: Path = tmp_path, **variables: str) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "fastforge", *arguments],
            cwd=cwd,
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return run


def files_of(folder: Path) -> dict[str, bytes]:
    """Give all files of a folder but git's, for comparison as a whole."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }
