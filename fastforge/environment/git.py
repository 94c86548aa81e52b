"""The first commit of a new project."""

import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from fastforge.environment.variables import for_git
from fastforge.errors import SetupError

_MESSAGE = "Create {name} with fastforge {version}"


def first_commit(root: Path, name: str, version: str) -> str:
    """Make a repository of `root` and commit its files; say what was done, or why not.

    Nothing here is an error: a project is as good without a repository.
    """
    try:
        if run_git(root, "rev-parse", "--is-inside-work-tree").returncode == 0:
            return "already inside a git repository: none made"
        if (made := run_git(root, "init", "--quiet", "--initial-branch=main")).returncode:
            return f"no git repository made: {_last_line(made.stderr)}"
        if run_git(root, "-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT").returncode:
            return "git repository made, nothing committed: git knows no user.name and user.email"
        message = _MESSAGE.format(name=name, version=version)
        commit = ("-c", "core.hooksPath=/dev/null", "commit", "--quiet", "--no-gpg-sign")
        for command in (("add", "--all"), (*commit, "--message", message)):
            if (done := run_git(root, *command)).returncode:
                return f"git repository made, nothing committed: {_last_line(done.stderr)}"
    except FileNotFoundError:
        return "git is not installed: no repository made"
    return "git repository with a first commit"


def keep_all(folder: Path) -> None:
    """Make a repository of `folder` in which all its files are committed that it does not ignore.

    Raises SetupError if git fails.
    """
    who = ("-c", "user.name=fastforge", "-c", "user.email=fastforge@localhost")
    commit = ("-c", "core.hooksPath=/dev/null", "commit", "--quiet", "--no-gpg-sign")
    for command in (
        ("init", "--quiet", "--initial-branch=main"),
        ("add", "--all"),
        (*who, *commit, "--allow-empty", "--message", "base"),
    ):
        if (done := run_git(folder, *command)).returncode:
            problem = f"git could not keep the files of {folder}: {_last_line(done.stderr)}."
            raise SetupError(problem, "Check that git works here, then run the command again.")


def repository_around(root: Path) -> Path | None:
    """Give the top of the repository that `root` is a folder of, but not the top itself."""
    try:
        found = run_git(root, "rev-parse", "--show-toplevel")
    except OSError:
        return None
    top = Path(found.stdout.removesuffix("\n"))
    return top if found.returncode == 0 and top != root.resolve() else None


def known_files(root: Path) -> list[str] | None:
    """Give the files below `root` that git tracks, or would: all but those it is told to ignore.

    None if it is in no repository, or git is not there.
    """
    listed = _inside(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    return None if listed is None else [path for path in listed.split("\0") if path]


def uncommitted(root: Path) -> set[str]:
    """Give the files below `root` that git would lose sight of if they were overwritten.

    They differ from the last commit, or are in none. Empty if there is no repository.
    """
    status = _inside(root, "status", "--porcelain=v1", "-z", "-uall", "--no-renames", "--", ".")
    top = _inside(root, "rev-parse", "--show-prefix")
    if status is None or top is None:
        return set()
    prefix = top.removesuffix("\n")
    entries = (entry[3:] for entry in status.split("\0") if entry)
    return {path.removeprefix(prefix) for path in entries}


def ignored(root: Path, paths: Iterable[str]) -> set[str]:
    """Give those of some files below `root` that git is told to ignore, and does not track.

    Empty if there is no repository, or it ignores the whole folder.
    """
    if _inside(root, "check-ignore", "--quiet", "--", ".") is not None:
        return set()
    found = _inside(root, "check-ignore", "-z", "--stdin", given="\0".join(paths))
    return set((found or "").split("\0")) - {""}


def _inside(root: Path, *arguments: str, given: str = "") -> str | None:
    """Run git for what it says about a folder; None where it can say nothing.

    Nothing that the repository's configuration names is started.
    """
    quiet = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
    try:
        words = (*quiet, "--no-optional-locks", *arguments)
        done = run_git(root, *words, errors="surrogateescape", given=given)
    except FileNotFoundError:
        return None
    return None if done.returncode else done.stdout


@cache
def configured_author() -> str | None:
    """Give git's `user.name`, if there is one."""
    try:
        return run_git(Path.cwd(), "config", "user.name").stdout.strip() or None
    except OSError:
        return None


def run_git(
    folder: Path, *arguments: str, errors: str = "replace", given: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run git in `folder`, whatever repository the caller's environment may point to."""
    return subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env=for_git(),
        capture_output=True,
        text=True,
        errors=errors,
        input=given,
        check=False,
    )


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "git gave no reason"
