"""Fetching a repository at one version, by git."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

from fastforge.environment.git import run_git
from fastforge.errors import SetupError, UsageError


class NoTemplateError(UsageError):
    """Where a template is said to be there is none."""


_NAMES = ("{}", "refs/remotes/origin/{}")
"""How a version may be called in a clone: a tag or a commit, or a branch."""


def is_repository(path: Path) -> bool:
    """Tell whether a folder is the top of a repository's files, or a file is a bundle of git's."""
    if path.is_file():
        return _asked(path.parent, "bundle", "list-heads", str(path)) is not None
    top = _asked(path, "rev-parse", "--show-toplevel") if path.is_dir() else None
    return top is not None and Path(top).resolve() == path.resolve()


def is_dirty(path: Path) -> bool:
    """Tell whether something in the repository at `path` is not committed."""
    return bool(path.is_dir() and _asked(path, "status", "--porcelain"))


def tags(url: str) -> list[str]:
    """Give all tags of a repository; raises NoTemplateError if it cannot be reached."""
    lines = _done(Path.cwd(), url, "ls-remote", "--tags", "--refs", "--", url).splitlines()
    return [line.partition("\t")[2].removeprefix("refs/tags/") for line in lines]


def clone(url: str, folder: Path) -> None:
    """Clone a repository into `folder`, without files; raises NoTemplateError if it cannot be."""
    _done(folder.parent, url, "clone", "--quiet", "--no-checkout", "--", url, str(folder))


def check_out(folder: Path, commit: str) -> None:
    """Put the files of `commit` into the clone `folder`."""
    _done(folder, str(folder), "checkout", "--quiet", "--force", "--detach", commit)


def commit_of(folder: Path, ref: str) -> str | None:
    """Give the commit that a tag, a branch or the like of a clone means, if it has such a one."""
    return next(_commits(folder, ref), None)


def _commits(folder: Path, ref: str) -> Iterator[str]:
    for name in _NAMES:
        revision = f"{name.format(ref)}^{{commit}}"
        found = _asked(folder, "rev-parse", "--quiet", "--verify", "--end-of-options", revision)
        if found:
            yield found


def _asked(folder: Path, *arguments: str) -> str | None:
    done = _run(folder, *arguments)
    return None if done.returncode else done.stdout.strip()


def _done(folder: Path, url: str, *arguments: str) -> str:
    done = _run(folder, *arguments)
    if done.returncode:
        said = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        reason = said[0] if said else "it gave no reason"
        hint = "Check its address and that you may read it."
        raise NoTemplateError(f"The template {url} cannot be fetched: git said: {reason}", hint)
    return done.stdout


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return run_git(folder, *arguments)
    except FileNotFoundError as error:
        problem = "git, which fetches templates, is not installed."
        raise SetupError(problem, "Install it, then run the command again.") from error
