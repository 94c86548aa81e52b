"""Parts that are not where they were made: what is new in them stays out of an update.

A file that the user deleted stays deleted, whatever the template changed in it. But a new version
may add files to a part, such as one more test, and these belong nowhere once the user has removed
or renamed the part.
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
    gone = [after for before, after in zip(old, new, strict=True) if _is_gone(before, yours)]
    return of_folders | {path for record in gone for path in record.digests if path in added}


def _is_gone(record: Record, yours: Tree) -> bool:
    sources = [path for path in record.digests if path.startswith("src/")]
    return bool(sources) and not any(path in yours for path in sources)


def _folder(path: str) -> str:
    return PurePosixPath(path).parent.as_posix()
