"""The files of a project as they are: what an update merges into, and may not lose."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from fastforge.environment.git import known_files, uncommitted
from fastforge.errors import ConflictError
from fastforge.project.paths import LARGEST_FILE, inside
from fastforge.project.record import FOLDER

NOT_SOURCES = frozenset(
    """
    .git .hg .venv venv node_modules __pycache__ .mypy_cache .ruff_cache .pytest_cache .tox
    """.split()
)
_FEW = 5
_HINT = "Move it away, or put an ordinary file there, then run the command again."


def read_yours(root: Path, needed: Iterable[str]) -> dict[str, bytes]:
    """Read the files of a project that may take part in a merge, by path.

    These are those that `needed` names and all that git does not ignore; without a repository, all
    but environments and caches, as where git ignores the whole project. Links, large files and what
    is in `.fastforge` stay out. Raises ConflictError if something needed is no ordinary file.
    """
    asked = set(needed)
    others = set(known_files(root) or _walk(root)) - asked
    files = {path: content for path in asked if (content := _required(root, path)) is not None}
    for path in others:
        if not path.startswith(f"{FOLDER}/") and (content := _ordinary(root / path)) is not None:
            files[path] = content
    return files


def refuse_unseen(root: Path, files: Mapping[str, object], yours: Mapping[str, object]) -> None:
    """Raise ConflictError if a file would go where something is that took no part in the merge."""
    for path in sorted(files.keys() - yours.keys()):
        if os.path.lexists(inside(root, path)):
            problem = f"{path} is in the way: a folder, a large file, or one that git ignores."
            raise ConflictError(problem, _HINT)


def refuse_uncommitted(root: Path, paths: Iterable[str]) -> None:
    """Raise ConflictError if git has not yet seen what would be overwritten or removed."""
    dirty = sorted(uncommitted(root) & set(paths))
    if dirty:
        problem = f"Changed and not committed: {some(dirty)}. Nothing was written."
        raise ConflictError(problem, "Commit or stash them first; other files may be as they are.")


def some(names: Sequence[str]) -> str:
    """Name the first few, and say how many more there are."""
    more = f" and {len(names) - _FEW} more" if names[_FEW:] else ""
    return ", ".join(names[:_FEW]) + more


def _required(root: Path, path: str) -> bytes | None:
    place = inside(root, path)
    if not os.path.lexists(place):
        return None
    content = _ordinary(place)
    if content is None and not (place.is_dir() and not place.is_symlink()):
        problem = f"{path} is a link, too large or no ordinary file, and the update changes it."
        raise ConflictError(problem, _HINT)
    return content


def _ordinary(place: Path) -> bytes | None:
    """Read a file if it is an ordinary one that a person may have written."""
    if place.is_symlink() or not place.is_file() or place.stat().st_size > LARGEST_FILE:
        return None
    return place.read_bytes()


def _walk(root: Path) -> Iterator[str]:
    for top, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in NOT_SOURCES]
        yield from (Path(top, name).relative_to(root).as_posix() for name in names)
