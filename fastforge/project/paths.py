"""Names of files that a project's own records give: they stay inside the project.

A project may be a clone of a stranger's. What lies in `.fastforge/` is input: a name in it is
checked before it is read, written or removed. And what we keep about a project outside of it, in
the user's own folder, no clone can bring along.
"""

import errno
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
    if not _holds(root, place.parent):
        problem = f"{path} is not in {root}: a symbolic link on the way leads outside."
        raise FastforgeError(problem, "Remove the link, then run the command again.")
    return place


def read_inside(root: Path, path: str) -> bytes:
    """Read a file of the project, which is no link to the outside, no device, and not too large.

    Raises FastforgeError if it is one of these, OSError if it cannot be read.
    """
    place = inside(root, path)
    if not _holds(root, place):
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


def own_folder(name: str, root: Path) -> Path:
    """Give the folder of what we keep about the project `root`; it may not be there yet.

    Raises OSError if the user has no folder for such things outside of the project.
    """
    given = os.environ.get("XDG_STATE_HOME", "")
    state = given if Path(given).is_absolute() else os.path.expanduser("~/.local/state")  # noqa: PTH111
    if not Path(state).is_absolute() or _holds(root, Path(state)):
        raise FileNotFoundError(errno.ENOENT, "no folder of the user's outside of it", str(root))
    return Path(state, "fastforge", name)


def keep(folder: Path, name: str, content: str) -> None:
    """Write a file of ours for nobody else to read; raises OSError if that cannot be."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f"{name}.{os.getpid()}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(content)
    os.replace(draft, folder / name)  # noqa: PTH105


def _holds(root: Path, place: Path) -> bool:
    real = os.path.realpath(root)
    return os.path.commonpath([real, os.path.realpath(place)]) == real
