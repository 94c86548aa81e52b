"""Compiled Python of installed packages, kept from one new project for the next.

Python compiles what it imports for the first time, and the processes of a verification would do so
side by side: a fifth of their CPU time. A compiled file names the time and the size of its source,
so Python passes over one that is of another version.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from fastforge.cache import cache_folder

_INSTALLED = ".venv/lib/python*/site-packages"


def lend(root: Path) -> None:
    """Give the environment of a new project what was compiled for those before it."""
    for installed, kept in _folders(root):
        known = (file for file in _compiled(kept) if (installed / file).parents[1].is_dir())
        _link(kept, installed, known)


def keep(root: Path) -> None:
    """Keep for the next project what was compiled for this one, which is new: nobody changed it."""
    for installed, kept in _folders(root):
        _link(installed, kept, _compiled(installed))


def _folders(root: Path) -> Iterator[tuple[Path, Path]]:
    """Give where packages are installed, and where compiled files are kept for that Python."""
    if cache := cache_folder("bytecode"):
        for installed in root.glob(_INSTALLED):
            yield installed, cache / installed.parent.name


def _compiled(folder: Path) -> Iterator[Path]:
    return (file.relative_to(folder) for file in folder.rglob("*.pyc"))


def _link(source: Path, target: Path, files: Iterable[Path]) -> None:
    """Give files a second place, by links: without one on the same disk nothing is gained."""
    with suppress(OSError):
        for file in files:
            old, new = source / file, target / file
            if new.exists() and new.samefile(old):
                continue
            new.parent.mkdir(parents=True, exist_ok=True)
            draft = new.with_suffix(f".{os.getpid()}")
            draft.hardlink_to(old)
            draft.replace(new)
