"""Puts a backup in the place of the database, with the service stopped.

uv run python -m shop.database.restore FILE

Copying the file by hand is not enough: SQLite would write what lies beside the old one over it.
"""

import sqlite3
import sys
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import make_url

from ..settings import Settings
from .migrating import copy_to


class RestoreError(Exception):
    """The backup was not restored, and the database is as it was; says why."""


def restore(database_url: str, backup: Path) -> Path:
    """Restore `backup`; give the file to which the database was copied before."""
    file = Path(make_url(database_url).database or "")
    before = file.with_name(f"{file.name}.{datetime.now(UTC):%Y%m%dT%H%M%SZ}-replaced.bak")
    try:
        with _opened(backup) as source:
            if file.exists() and backup.samefile(file):  # SQLite would wait for itself
                raise RestoreError(f"{backup} is the database itself")
            try:
                _replace(source, file, before)
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:  # what is there is damaged: it is kept as it is
                _put_aside(file, before)
                _replace(source, file, None)
    except (OSError, sqlite3.Error) as error:
        raise RestoreError(str(error)) from error
    return before


def _replace(source: sqlite3.Connection, file: Path, before: Path | None) -> None:
    with _taken(file) as target:
        if before is not None:
            copy_to(target, before)
        source.backup(target)


def _put_aside(file: Path, before: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            Path(f"{file}{suffix}").replace(f"{before}{suffix}")


@contextmanager
def _opened(backup: Path) -> Generator[sqlite3.Connection, None, None]:
    """Open a backup, if it is whole and of a service like this one."""
    if not backup.is_file():
        raise RestoreError(f"there is no file {backup}")
    with closing(sqlite3.connect(f"{backup.absolute().as_uri()}?mode=ro", uri=True)) as source:
        if source.execute("PRAGMA quick_check").fetchall() != [("ok",)]:
            raise RestoreError(f"{backup} is damaged")
        revision = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
        if not source.execute(revision).fetchall():
            raise RestoreError(f"{backup} is no backup of this service: it has no revision")
        yield source


@contextmanager
def _taken(file: Path) -> Generator[sqlite3.Connection, None, None]:
    """Open the database alone: nobody else may have it open."""
    with closing(sqlite3.connect(file, isolation_level=None, timeout=1)) as target:
        target.execute("PRAGMA locking_mode = EXCLUSIVE")
        try:
            target.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise RestoreError(f"stop the service first: {error}") from error
        target.execute("COMMIT")  # the lock stays
        yield target


def main() -> str | None:
    """Restore the file that is named; give what went wrong."""
    if len(sys.argv) != 2:  # noqa: PLR2004
        return "which file? uv run python -m shop.database.restore FILE"
    try:
        before = restore(Settings().database_url, Path(sys.argv[1]))
    except RestoreError as error:
        return f"not restored: {error}"
    print(f"restored; what was there before is in {before}")  # noqa: T201
    return None


if __name__ == "__main__":
    sys.exit(main())
