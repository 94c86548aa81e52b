"""Parts that are not where they were made: what is new in them stays out of an update.

A file that the user deleted stays deleted, whatever the template changed in it. But a new version
may add files to a part, such as one more test, and these belong nowhere once the user has removed
or renamed the part. A file that the new version has elsewhere is not new: it goes there.
"""

from collections.abc import Sequence
from pathlib import PurePosixPath

from fastforge.project.record import Record
from fastforge.render import Tree


def left_out(
    base: Tree, yours: Tree, theirs: Tree, old: Sequence[Record], new: Sequence[Record]
) -> set[str]:
    """Give the new files of folders, and of parts, of which the user has nothing left.

    `old` and `new` are the records of the same parts in both versions.
    """
    added = theirs.keys() - base.keys() - yours.keys()
    had = {_folder(path) for path in base}
    has = {_folder(path) for path in base.keys() & yours.keys()}
    of_folders = {path for path in added if _folder(path) in had - has}
    gone = [pair for pair in zip(old, new, strict=True) if _is_gone(pair[0], yours)]
    of_parts = {path for before, after in gone for path in _new_files(before, after)}
    return of_folders | (of_parts & added)


def _new_files(before: Record, after: Record) -> set[str]:
    """Give the files of a part that only the new version has, under any folder."""
    moved = {PurePosixPath(path).name for path in before.digests.keys() - after.digests.keys()}
    return {path for path in after.digests if PurePosixPath(path).name not in moved}


def _is_gone(record: Record, yours: Tree) -> bool:
    sources = [path for path in record.digests if path.startswith("src/")]
    return bool(sources) and not any(path in yours for path in sources)


def _folder(path: str) -> str:
    return PurePosixPath(path).parent.as_posix()
