"""The first commit; whatever is missing for it is said, not raised."""

import subprocess
from pathlib import Path

import pytest

from fastforge.git import configured_author, first_commit


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
