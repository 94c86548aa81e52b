"""The first commit; whatever is missing for it is said, not raised."""

import subprocess
from pathlib import Path

import pytest

from fastforge.environment.git import configured_author, first_commit
from fastforge.environment.variables import for_git, for_server, for_tools, for_uv


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file, and a git that knows somebody and nothing else."""
    config = tmp_path / "gitconfig"
    config.write_text("[user]\n\tname = Ada\n\temail = ada@example.com\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in (
        "GIT_AUTHOR_NAME",
        "GIT_AUTHOR_EMAIL",
        "GIT_COMMITTER_NAME",
        "GIT_COMMITTER_EMAIL",
    ):
        monkeypatch.delenv(name, raising=False)
    configured_author.cache_clear()
    root = tmp_path / "shop"
    root.mkdir()
    (root / "a.txt").write_text("a")
    return root


def git(root: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=root, check=True, capture_output=True, text=True
    ).stdout


def test_everything_is_committed_on_main(project: Path) -> None:
    assert first_commit(project, "shop", "1.2.3") == "git repository with a first commit"

    assert git(project, "status", "--porcelain") == ""
    assert git(project, "log", "--format=%an %s", "main") == (
        "Ada Create shop with fastforge 1.2.3\n"
    )


def test_inside_a_repository_none_is_made(project: Path) -> None:
    git(project.parent, "init", "--quiet")

    said = first_commit(project, "shop", "1")

    assert said == "already inside a git repository: none made"
    assert not (project / ".git").exists()


def test_without_an_identity_nothing_is_committed(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")

    said = first_commit(project, "shop", "1")

    assert said.startswith("git repository made, nothing committed: git knows no user.name")
    assert git(project, "status", "--porcelain") == "?? a.txt\n"


def test_without_git_there_is_no_repository(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(project))

    assert first_commit(project, "shop", "1") == "git is not installed: no repository made"


def test_hooks_of_the_user_do_not_stop_the_first_commit(project: Path) -> None:
    hooks = project.parent / "hooks"
    hooks.mkdir()
    (hooks / "pre-commit").write_text("#!/bin/sh\nexit 1\n")
    (hooks / "pre-commit").chmod(0o755)
    git(project, "config", "--global", "core.hooksPath", str(hooks))

    assert first_commit(project, "shop", "1") == "git repository with a first commit"


def test_a_repository_that_the_environment_points_to_is_left_alone(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = project.parent / "other"
    other.mkdir()
    git(other, "init", "--quiet")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))

    first_commit(project, "shop", "1")

    monkeypatch.delenv("GIT_DIR")
    assert git(project, "log", "--format=%s") == "Create shop with fastforge 1\n"


def test_the_author_is_the_one_git_knows(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)

    assert configured_author() == "Ada"


def test_without_git_there_is_no_author(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(project))

    assert configured_author() is None


def test_whatever_git_calls_its_own_is_cleared(monkeypatch: pytest.MonkeyPatch) -> None:
    said = subprocess.run(
        ["git", "rev-parse", "--local-env-vars"], check=True, capture_output=True, text=True
    ).stdout.split()
    for name in [*said, "GIT_NAMESPACE", "GIT_CONFIG_KEY_0", "GIT_CONFIG_VALUE_0"]:
        monkeypatch.setenv(name, "x")

    assert len(said) > 10
    for environment in (for_git(), for_uv(), for_tools(), for_server({})):
        assert not environment.keys() & {*said, "GIT_CONFIG_KEY_0", "GIT_CONFIG_VALUE_0"}


@pytest.mark.parametrize("hook", ["GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR"])
def test_another_repository_is_left_alone(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hook: str
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "--quiet")
    (other / "b.txt").write_text("b")
    git(other, "add", "b.txt")
    place = {"GIT_INDEX_FILE": "index", "GIT_OBJECT_DIRECTORY": "objects", "GIT_COMMON_DIR": ""}
    before = git(other, "status", "--porcelain")
    monkeypatch.setenv(hook, str(other / ".git" / place[hook]))

    said = first_commit(project, "shop", "1")
    monkeypatch.delenv(hook)

    assert said == "git repository with a first commit"
    assert git(other, "status", "--porcelain") == before == "A  b.txt\n"
    assert git(project, "status", "--porcelain") == ""
    assert git(project, "fsck") == ""
