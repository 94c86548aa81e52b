"""Two branches that each add a part merge without a conflict."""

import asyncio
import os
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fastforge.changes.opening import open_project
from fastforge.commands.app import app
from fastforge.verify.checks.migrations import JOIN, check_migrations
from tests.parts.small_shop import make_small_shop

COMMANDS = {
    "job": ("add-job", "--daily", "03:30"),
    "task": ("add-task", "--param", "copies:int=1"),
    "module": ("add-module", "--field", "text:str"),
}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in a git repository, with its first commit."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "ada@example.com")
    root = make_small_shop(tmp_path / "shop")
    git(root, "init", "--initial-branch=main")
    commit(root)
    return root


def git(root: Path, *arguments: str) -> None:
    done = subprocess.run(
        ["git", *arguments], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def commit(root: Path) -> None:
    git(root, "add", "--all")
    git(root, "commit", "--message=more")


def add_on_branches(root: Path, first: str, second: str) -> None:
    """Add a part of the first kind on one branch, of the second on another, and merge them."""
    for name, kind in (("alpha", first), ("beta", second)):
        git(root, "checkout", "-b", name, "main")
        command, *options = COMMANDS[kind]
        words = [command, name, *options, "--no-verify", "-C", str(root)]
        assert CliRunner().invoke(app, words).exit_code == 0
        commit(root)
    git(root, "merge", "--no-edit", "alpha")


@pytest.mark.parametrize("first", COMMANDS)
@pytest.mark.parametrize("second", COMMANDS)
def test_parts_of_two_branches_merge(shop: Path, first: str, second: str) -> None:
    add_on_branches(shop, first, second)

    parts = {(record.kind, record.name) for k in COMMANDS for record in open_project(shop).parts(k)}
    assert parts == {(first, "alpha"), (second, "beta")}


def test_the_heads_of_two_modules_are_named_with_the_command_that_joins_them(
    shop: Path, tmp_path: Path
) -> None:
    add_on_branches(shop, "module", "module")

    finding = asyncio.run(check_migrations(open_project(shop), tmp_path))

    assert (finding.passed, finding.summary) == (False, "2 heads")
    alpha, beta, join = finding.problems
    assert alpha.startswith("src/shop/migrations/versions/create_alpha_")
    assert beta.startswith("src/shop/migrations/versions/create_beta_")
    assert join == f"join them: {JOIN}"
