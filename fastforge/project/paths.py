"""Names of files that a project's own records give: they stay inside the project.

A project may be a clone of a stranger's. What lies in `.fastforge/` is input: a name in it is
checked before it is read, written or removed.
"""

import os
import stat
from pathlib import Path

from fastforge.errors import FastforgeError

LARGEST_FILE = 1_000_000
"""Bytes of a file that is read whole."""

_HINT = "Restore it from version control, or ask whoever made the project."


def check_path(path: str) -> None:
    """Raise FastforgeError unless `path` is a plain, relative name of a file in a project."""
    parts = path.split("/")
    plain = path.isprintable() and "\\" not in path and ":" not in path
    if not plain or any(part in {"", ".", ".."} or part.lower() == ".git" for part in parts):
        raise FastforgeError(f"{path!a} is no name of a file in the project.", _HINT)


def inside(root: Path, path: str) -> Path:
    """Give the place of `path` in the project `root`.

    What lies there may be a symbolic link; the folders on the way may not lead outside. Raises
    FastforgeError if they do.
    """
    check_path(path)
    place = root / path
    if not holds(root, place.parent):
        problem = f"{path} is not in {root}: a symbolic link on the way leads outside."
        raise FastforgeError(problem, "Remove the link, then run the command again.")
    return place


def read_inside(root: Path, path: str) -> bytes:
    """Read a file of the project, which is no link to the outside, no device, and not too large.

    Raises FastforgeError if it is one of these, OSError if it cannot be read.
    """
    place = inside(root, path)
    if not holds(root, place):
        problem = f"{path} is a symbolic link that leads outside of {root}."
        raise FastforgeError(problem, "Remove the link, then run the command again.")
    return read_bounded(place)


def read_bounded(place: Path, largest: int = LARGEST_FILE) -> bytes:
    """Read an ordinary file; raises FastforgeError if it is none, or too large."""
    found = place.stat()
    if not stat.S_ISREG(found.st_mode):
        raise FastforgeError(f"{place} is not an ordinary file.", _HINT)
    if found.st_size > largest:
        problem = f"{place} has {found.st_size} bytes; {largest} is the most."
        raise FastforgeError(problem, _HINT)
    return place.read_bytes()


def holds(root: Path, place: Path) -> bool:
    """Tell whether `place` is in `root` once all symbolic links are followed."""
    real = os.path.realpath(root)
    return os.path.commonpath([real, os.path.realpath(place)]) == real
