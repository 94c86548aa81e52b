"""A temporary bare repository, and git in it: nothing that the user set up for git plays a part."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from fastforge.environment.variables import for_git
from fastforge.errors import SetupError
from fastforge.render import Tree

Done = subprocess.CompletedProcess[bytes]

_NO_SETTINGS = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
}
_HOMES = ("HOME", "XDG_CONFIG_HOME")
"""Where git looks for the user's settings before 2.32, which does not know GIT_CONFIG_GLOBAL."""
_SETTINGS = ("merge.conflictStyle=merge", "core.compression=0", "core.fsync=none")
"""Conflicts show two sides: `diff3` would add a third, lines of the template that the user may
never have seen, and make conflicts longer. What is written is soon gone."""
_OPTIONS = tuple(part for setting in _SETTINGS for part in ("-c", setting))

_HINT = "Nothing was changed. Check with `git --version` that git works, then try again."
_ESCAPED = {b"\\": b"\\\\", b'"': b'\\"', b"\n": b"\\n"}


class Repository:
    """Git in one folder. Its methods raise SetupError if git is missing or fails."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *arguments: str, given: bytes = b"", fine: Container[int] = (0,)) -> Done:
        """Run git on this repository; `fine` are the exit statuses that are no failure."""
        return _run(self.folder, "--git-dir=.", *arguments, given=given, fine=fine)

    def write(self, trees: Mapping[str, Tree]) -> None:
        """Make a branch with one commit of each tree, byte for byte; the first is the parent."""
        first = next(iter(trees))
        stream = b"".join(
            part
            for branch, tree in trees.items()
            for part in _commit(branch, None if branch == first else first, tree)
        )
        self.run("fast-import", "--quiet", "--force", given=stream)

    def read(self, names: Iterable[str]) -> Iterator[bytes]:
        """Give the bytes of each object, such as `BRANCH:PATH`."""
        asked = "".join(f"{name}\n" for name in names)
        printed = self.run("cat-file", "--batch", given=asked.encode()).stdout
        start = 0
        while start < len(printed):
            end = printed.index(b"\n", start)
            size = int(printed[start:end].split()[-1])
            yield printed[end + 1 : end + 1 + size]
            start = end + 2 + size


@contextmanager
def repository() -> Iterator[Repository]:
    """Make an empty bare repository, and remove it in the end if that can be."""
    folder = Path(tempfile.mkdtemp(prefix="fastforge-merge-"))
    try:
        _run(folder, "init", "--quiet", "--bare", "--template=", ".")
        yield Repository(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@cache
def version() -> tuple[int, int]:
    """Give git's version, such as (2, 39); raises SetupError if there is no git."""
    said = _run(Path("/"), "version").stdout.decode()
    found = re.search(r"(\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _run(folder: Path, *arguments: str, given: bytes = b"", fine: Container[int] = (0,)) -> Done:
    try:
        done = subprocess.run(
            ["git", *_OPTIONS, *arguments],
            cwd=folder,
            env={**for_git(), **_NO_SETTINGS, **dict.fromkeys(_HOMES, str(folder))},
            input=given,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as error:
        problem = "git is not installed, and files are merged by it."
        raise SetupError(problem, "Install git, then run the command again.") from error
    if done.returncode not in fine:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        reason = lines[-1].strip() if lines else f"exit status {done.returncode}"
        raise SetupError(f"git could not merge the files: {reason.rstrip('.')}.", _HINT)
    return done


def _commit(branch: str, parent: str | None, tree: Tree) -> Iterator[bytes]:
    """Write one commit as git-fast-import(1) reads it."""
    ref = f"refs/heads/{branch}"
    yield f"commit {ref}\ncommitter f <f> 0 +0000\ndata 0\n".encode()
    if parent:
        yield f"from refs/heads/{parent}\ndeleteall\n".encode()
    for path, content in tree.items():
        yield b'M 100644 inline "%b"\ndata %d\n%b\n' % (_quoted(path), len(content), content)


def _quoted(path: str) -> bytes:
    return re.sub(rb'[\\"\n]', lambda found: _ESCAPED[found[0]], os.fsencode(path))
