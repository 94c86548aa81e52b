"""Removes files that no row names: of what was killed, and of rows that others took along.

uv run python -m shop.database.clear_files

It may run while the service does, once a week for example.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase

from ..process.discovery import import_models
from ..settings import Settings
from . import Base, Database
from .stored_files import file_columns

YOUNG = timedelta(days=1)
"""A file that is younger may be of a request that is under way."""
OURS = re.compile(r"[0-9a-f]{32}(\.part)?")
"""The names of files that the service made; all others stay."""


def clear(
    database: Database, folder: Path, now: datetime, base: type[DeclarativeBase] = Base
) -> int:
    """Remove what is older than YOUNG and named by no row; give the number of files.

    `base` is that of all models with files.
    """
    found = list(_old_files(folder, now))
    named = _named(database, base)  # read after the folder: a file is there before its row
    left = [path for path in found if path.name not in named]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def _old_files(folder: Path, now: datetime) -> Iterator[Path]:
    for path in folder.glob("*"):
        with suppress(FileNotFoundError):  # it has gone meanwhile
            changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            if OURS.fullmatch(path.name) and changed < now - YOUNG:
                yield path


def _named(database: Database, base: type[DeclarativeBase]) -> set[str]:
    """Give the keys that rows of all tables name."""
    keys = set()
    with database.snapshot() as session:
        for mapper in base.registry.mappers:
            for name in file_columns(mapper.class_):
                column = getattr(mapper.class_, name)
                files = session.scalars(select(column).where(column.is_not(None)))
                keys |= {file.key for file in files}
    return keys


def main() -> None:
    """Clear the folder and the database that the settings name."""
    settings = Settings()
    import_models()
    database = Database(settings.database_url)
    try:
        count = clear(database, Path(settings.files_folder), datetime.now(UTC))
    finally:
        database.close()
    print(f"removed {count} files")  # noqa: T201


if __name__ == "__main__":
    main()
