"""The wheel is built once and installed into an environment of its own; the tests run that."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from fastforge.environment import uv_binary
from tests.conftest import REPOSITORY, Ran

Installed = Callable[..., Ran]
Mutant = tuple[str, str, str]
"""A file, what is in it, and what takes its place."""


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    _uv("build", "--wheel", "--out-dir", str(folder), str(REPOSITORY))
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The command of the installed wheel."""
    environment = tmp_path_factory.mktemp("installed") / "venv"
    _uv("venv", "--python", sys.executable, str(environment))
    _uv("pip", "install", "--python", str(environment / "bin" / "python"), str(wheel))

    def run(*arguments: str, cwd: Path, **variables: str) -> Ran:
        done = subprocess.run(
            [environment / "bin" / "fastforge", *arguments],
            cwd=cwd,
            env={**os.environ, "COLUMNS": "100", **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture(scope="session")
def shop(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ran]:
    """A default project, made and verified once, and what the command said."""
    folder = tmp_path_factory.mktemp("made")
    return folder / "shop", installed("new", "shop", "--json", "--yes", "--full", cwd=folder)


def exhaustive_only(mutants: Iterable[Mutant]) -> list[pytest.ParameterSet]:
    """Leave these mutants to --exhaustive: each one costs a run of the project's tests."""
    mark = pytest.mark.exhaustive("one more mutant")
    return [pytest.param(*mutant, marks=mark) for mutant in mutants]


def _uv(*arguments: str) -> None:
    done = subprocess.run(
        [uv_binary(), "--quiet", *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
