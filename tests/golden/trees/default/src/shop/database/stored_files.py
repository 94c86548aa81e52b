"""Files of rows: they lie in a folder, and a column says which one it is and what is in it.

A file is whole on the disk before the row that names it is committed, and goes after no row does.
What is killed in between leaves a file that no row names, never a row without its file:
`clear_files` removes what is left over.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, Dialect, inspect
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that is kept; `key` is its name in the folder, `size` is in bytes."""

    key: str
    size: int
    content_type: str
    sha256: str


class FileColumn(TypeDecorator[StoredFile]):
    """A file, or none; the table keeps what is known of it as JSON."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(
        self, value: StoredFile | None, dialect: Dialect
    ) -> dict[str, Any] | None:
        """Write what is known of a file."""
        del dialect
        return None if value is None else asdict(value)

    def process_result_value(
        self, value: dict[str, Any] | None, dialect: Dialect
    ) -> StoredFile | None:
        """Read what is known of a file."""
        del dialect
        return None if value is None else StoredFile(**value)


def file_columns(model: type[DeclarativeBase]) -> list[str]:
    """Give the names of the attributes of a model that are files."""
    columns = inspect(model).columns.items()
    return [name for name, column in columns if isinstance(column.type, FileColumn)]


def files_of(row: DeclarativeBase) -> Iterator[StoredFile]:
    """Give the files of a row."""
    yield from filter(None, (getattr(row, name) for name in file_columns(type(row))))


class NewFile:
    """A file under way, whose name no row has; it blocks, so use it in a thread."""

    def __init__(self, folder: Path) -> None:
        """Begin a file in a folder, which is made if it is not there; raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        self._place = folder / uuid4().hex  # no name that a caller sent
        self._part = self._place.with_suffix(".part")
        self._file = self._part.open("xb")
        self._size, self._hash = 0, sha256()

    def write(self, chunk: bytes) -> None:
        """Add to it; raises OSError, for example if the disk is full."""
        self._file.write(chunk)
        self._size += len(chunk)
        self._hash.update(chunk)

    def keep(self, content_type: str) -> StoredFile:
        """Give the whole file, which a loss of power leaves as it is; raises OSError."""
        with self._file:
            self._file.flush()
            os.fsync(self._file.fileno())
        self._part.replace(self._place)
        folder = os.open(self._place.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return StoredFile(self._place.name, self._size, content_type, self._hash.hexdigest())

    def discard(self) -> None:
        """Leave nothing of it."""
        with suppress(OSError):  # closing writes what is left, which a full disk refuses
            self._file.close()
        for place in (self._part, self._place):
            place.unlink(missing_ok=True)


def remove(folder: Path, *files: StoredFile) -> None:
    """Remove files that no row names any more; what cannot be removed is left over."""
    for file in files:
        with suppress(OSError):
            (folder / file.key).unlink()
