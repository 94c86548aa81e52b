"""Writing all or nothing: a new folder staged beside its target and renamed."""

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fastforge.errors import SetupError
from fastforge.render import Tree

_HINT = "Nothing was left behind; make room or choose another folder."


def create_folder(tree: Tree, target: Path) -> None:
    """Write `tree` as the folder `target`, which must be absent or empty.

    A failure, Ctrl-C or kill at any point leaves no `target`. What a killed run staged is removed
    by the next one. Raises SetupError if the file system refuses.
    """
    with explained(f"{target} cannot be written"):
        prefix = f".{target.name}.fastforge-"
        sweep(target.parent, prefix)
        with stage_in(target.parent, prefix) as stage:
            write_files(tree, stage)
            stage.rename(target)


@contextmanager
def stage_in(parent: Path, prefix: str) -> Iterator[Path]:
    """Make a folder to stage in, locked while in use and removed at the end."""
    with locked_folder(parent, prefix) as stage:
        try:
            yield stage
        finally:
            shutil.rmtree(stage, ignore_errors=True)


@contextmanager
def locked_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """Make a folder that no other run takes for a leftover."""
    stage, lock = _locked_folder(parent, prefix)
    try:
        yield stage
    finally:
        os.close(lock)


def sweep(parent: Path, prefix: str) -> None:
    """Remove what runs that were killed had staged, but for another user's."""
    with suppress(PermissionError):
        for leftover in leftovers(parent, prefix):
            shutil.rmtree(leftover, ignore_errors=True)


def leftovers(parent: Path, prefix: str) -> Iterator[Path]:
    """Give the folders that killed runs had staged, each locked while it is looked at."""
    found = parent.iterdir() if parent.is_dir() else ()
    staged = (path for path in found if path.name.startswith(prefix) and path.is_dir())
    for folder in sorted(path for path in staged if not path.is_symlink()):
        with suppress(BlockingIOError, FileNotFoundError), _lock(folder):  # in use, or just gone
            yield folder


def write_files(tree: Tree, folder: Path) -> None:
    """Write the files of `tree` into `folder`."""
    for parent in sorted({(folder / path).parent for path in tree}):
        parent.mkdir(parents=True, exist_ok=True)
    for path, content in tree.items():
        (folder / path).write_bytes(content)


def make_executable(root: Path, paths: Iterable[str]) -> None:
    """Let files be run by whoever may read them."""
    for path in paths:
        mode = (root / path).stat().st_mode
        (root / path).chmod(mode | (mode & 0o444) >> 2)


def remove_empty(folder: Path) -> None:
    """Remove a folder, unless something is in it or it is not there."""
    with suppress(OSError):
        folder.rmdir()


@contextmanager
def explained(what: str, hint: str = _HINT) -> Iterator[None]:
    """Turn an OSError into the SetupError that tells the user `what` failed, and why."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise SetupError(f"{what}: {reason}.", hint) from error


def _locked_folder(parent: Path, prefix: str) -> tuple[Path, int]:
    parent.mkdir(parents=True, exist_ok=True)
    while True:
        stage = parent / f"{prefix}{os.urandom(4).hex()}"
        stage.mkdir()
        lock = os.open(stage, os.O_RDONLY)
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if stage.exists():  # else swept between mkdir and flock
                return stage, lock
        os.close(lock)


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; raises OSError if somebody else does."""
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(lock)
