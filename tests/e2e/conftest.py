"""The wheel is built once and installed into an environment of its own; the tests run that."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import pytest

from fastforge.answers.project import ProjectAnswers, default_python
from fastforge.environment.uv import uv_binary
from fastforge.parts.project.command import command_for
from tests.combinations import Row
from tests.conftest import REPOSITORY, Fastforge, Ran, run_to_its_end
from tests.e2e import owner
from tests.e2e.transcript import transcript
from tests.environments import Environments

TEXTS: Row = {"name": "shop", "description": "Sells things.", "author": "Ada"}
Made = Callable[..., Path]
Mutant = tuple[str, str, str]
"""A file, what is in it, and what takes its place."""


SERVERS = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])
"""Where Debian has servers, which is on the PATH of root only."""


@dataclass(frozen=True)
class Installed:
    """The installed wheel: where its programs are, and variables that save what all do again."""

    programs: Path
    variables: Mapping[str, str]

    def __call__(self, *arguments: str, cwd: Path, **variables: str) -> Ran:
        """Run the command."""
        command = [self.programs / "fastforge", *arguments]
        return run_to_its_end(command, cwd, {**os.environ, **self.variables, **variables})


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    _uv("build", "--wheel", "--out-dir", str(folder), str(REPOSITORY))
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(
    wheel: Path, environments: Environments, tmp_path_factory: pytest.TempPathFactory
) -> Installed:
    """The installed wheel; mypy has read the packages of projects before."""
    environment = tmp_path_factory.mktemp("installed") / "venv"
    _uv("venv", "--python", sys.executable, str(environment))
    _uv("pip", "install", "--python", str(environment / "bin" / "python"), str(wheel))
    types = environment.parent / "mypy_cache"
    environments.types(default_python(), types)
    return Installed(environment / "bin", {"COLUMNS": "100", "MYPY_CACHE_DIR": str(types)})


@pytest.fixture(scope="session")
def tour(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The commands of the README's first service: the project that they leave, and the block."""
    folder = tmp_path_factory.mktemp("tour")
    return folder / "shop", transcript(folder, installed.programs, installed.variables)


@pytest.fixture(scope="session")
def shop(
    tour: tuple[Path, str], environments: Environments, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A default project as `new` committed it, with an environment that can be copied."""
    project = tmp_path_factory.mktemp("made") / "shop"
    subprocess.run(["git", "clone", "--quiet", str(tour[0]), str(project)], check=True)
    environments.provide(project, default_python())
    environments.types(default_python(), project / ".mypy_cache")
    return project


@pytest.fixture
def made(fastforge: Fastforge, environments: Environments) -> Made:
    """Make a project with the command that a person would type, and its environment.

    With `types`, mypy has read the packages before.
    It lies in a folder of its own for the test to remove when it passes, because pytest's folders
    go when others run pytest.
    """

    def make(row: Row, *resolution: str, types: bool = False) -> Path:
        if row.get("broker") == "rabbitmq" and not shutil.which("rabbitmq-server", path=SERVERS):
            pytest.skip("there is no RabbitMQ: apt-get install rabbitmq-server")
        folder, answers = Path(mkdtemp(prefix="fastforge-")), ProjectAnswers.from_dict(TEXTS | row)
        words = shlex.split(command_for(answers, folder))[1:]
        created = fastforge(*words, "--no-verify", "--no-git")
        assert created.code == 0, created.err
        project = folder / answers.name
        environments.provide(project, answers.python, *resolution)
        if types:
            environments.types(answers.python, project / ".mypy_cache")
        return project

    return make


@pytest.fixture
def old(tmp_path: Path, environments: Environments) -> Path:
    """The project of 0.1.0 as its owner left it."""
    project = owner.made_by_the_first_release(tmp_path)
    owner.edit(project)
    environments.provide(project, default_python())
    return project


def how_to_repeat(project: Path, request: pytest.FixtureRequest) -> str:
    """Say how to look at a failed project, and how to make it fail again."""
    seed = request.config.getoption("randomly_seed", 1)
    return (
        f"\nthe project is kept: fastforge verify -C {project}"
        f"\nin the same order: cd {project} && uv run --no-sync pytest --randomly-seed={seed}"
        f"\nfrom the start: pytest --exhaustive '{request.node.nodeid}' --randomly-seed={seed}"
    )


def exhaustive_only(mutants: Iterable[Mutant]) -> list[pytest.ParameterSet]:
    """Leave these mutants to --exhaustive: each one costs a run of the project's tests."""
    mark = pytest.mark.exhaustive("one more mutant")
    return [pytest.param(*mutant, marks=mark) for mutant in mutants]


def _uv(*arguments: str) -> None:
    done = subprocess.run(
        [uv_binary(), "--quiet", *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
