"""The transcript in the README is what the installed wheel says, and the guides can be followed."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path

import pytest

from tests.docs.pages import GUIDES, Block, blocks
from tests.e2e import keep_up
from tests.e2e.conftest import Installed
from tests.e2e.reader import Reader, reader
from tests.e2e.service import beside
from tests.e2e.test_full_project import of_a_reader
from tests.e2e.transcript import GIT, normalised, written
from tests.environments import copy_project

pytestmark = pytest.mark.e2e

TO_POSTGRESQL = "from-sqlite-to-postgresql.md"
TO_AN_ENGINE = "beyond-one-machine.md"
FOLLOWED = [page for page in GUIDES if any(block.language == "sh" for block in blocks(page))]
curl = pytest.mark.skipif(shutil.which("curl") is None, reason="guides ask the service with curl")
Open = Callable[[], AbstractContextManager[Reader]]


def test_the_readme_shows_a_real_run(tour: tuple[Path, str]) -> None:
    assert normalised(written()) == normalised(tour[1]), (
        "write it anew: python -m tests.e2e.transcript"
    )


@pytest.mark.exhaustive("tests a second whole project")
def test_the_readme_shows_a_real_update(installed: Installed, tmp_path: Path) -> None:
    block = keep_up.keep_up(tmp_path, installed.programs, installed.variables)

    said = "write it anew: python -m tests.e2e.transcript"
    assert normalised(written(keep_up.START, keep_up.END)) == normalised(block), said


@pytest.fixture(scope="module")
def project(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with few of its tests, as its owner committed it."""
    copy = tmp_path_factory.mktemp("guides") / "shop"
    copy_project(shop, copy, "test_[!s]*.py", "test_s[!c]*.py")
    _git(copy, "commit", "--quiet", "--all", "--message", "Leave most tests out")
    return copy


@pytest.fixture
def shell(project: Path, installed: Installed) -> Iterator[Open]:
    """Open a shell in the project; what was done there is undone afterwards."""
    usual = of_a_reader(project)["env"]
    path = f"{installed.programs}{os.pathsep}{usual['PATH']}"
    environment = {**usual, **installed.variables, **GIT, "PATH": path}
    yield partial(reader, project, environment)
    _git(project, "checkout", "--quiet", ".")
    _git(project, "clean", "-dxq", "--force", "--exclude=.venv")
    # uv builds a project anew that was touched, and says so to the next reader
    subprocess.run(["uv", "sync", "--quiet"], cwd=project, env=environment, check=True)


@curl
@pytest.mark.parametrize(
    "guide",
    [page for page in FOLLOWED if page.name not in {TO_POSTGRESQL, TO_AN_ENGINE}],
    ids=lambda page: page.stem,
)
def test_a_reader_can_follow_a_guide_in_a_new_project(guide: Path, shell: Open) -> None:
    with shell() as somebody:
        for block in blocks(guide):
            somebody.follow(block)


@curl
@pytest.mark.exhaustive("makes an environment and a server of PostgreSQL")
def test_a_reader_can_follow_the_guide_to_postgresql(project: Path, shell: Open) -> None:
    """A server of the test takes the place of the one that the guide writes into `.env`."""
    (guide,) = [page for page in FOLLOWED if page.name == TO_POSTGRESQL]
    with ExitStack() as stack:
        somebody = stack.enter_context(shell())
        for block in blocks(guide):
            if _names_a_server(block):
                somebody.stop()
                url = stack.enter_context(beside(project))["DATABASE_URL"]
                somebody.run(f"export DATABASE_URL={shlex.quote(url)}")
            somebody.follow(block)
        somebody.stop()  # before its database


@pytest.mark.exhaustive("makes three projects, with PostgreSQL and Celery")
def test_a_reader_can_move_a_project_to_an_engine(shell: Open) -> None:
    """The project that is moved has a task of its own."""
    (guide,) = [page for page in FOLLOWED if page.name == TO_AN_ENGINE]
    with shell() as somebody:
        for command in (
            "mkdir ../for-an-engine",
            "fastforge new shop --database postgresql --yes --no-verify -C ../for-an-engine",
            "cd ../for-an-engine/shop",
            "fastforge add-task mail --param name:str --no-verify",
        ):
            code, printed = somebody.run(command)
            assert code == 0, printed
        for block in blocks(guide):
            somebody.follow(block)


def _names_a_server(block: Block) -> bool:
    return block.language == "sh" and "DATABASE_URL=" in block.text


def _git(project: Path, *arguments: str) -> None:
    environment = {**os.environ, **GIT}
    subprocess.run(["git", "-C", str(project), *arguments], env=environment, check=True)
