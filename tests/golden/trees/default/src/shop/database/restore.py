"""Replaces the database by a backup; stop the service first.

uv run python -m shop.database.restore FILE

Do not copy the file by hand: SQLite would write the old file's log (`-wal`) into the new one.
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

IN_USE_SECONDS = 1.0
"""A restore waits so long for whoever uses the database."""


class RestoreError(Exception):
    """Why the backup was not restored; the database is unchanged."""


def restore(database_url: str, backup: Path) -> Path:
    """Restore `backup`; return the file that now holds the previous database."""
    file = Path(make_url(database_url).database or "")
    before = file.with_name(f"{file.name}.{datetime.now(UTC):%Y%m%dT%H%M%SZ}-replaced.bak")
    try:
        with _open_backup(backup) as source:
            if file.exists() and backup.samefile(file):  # SQLite would wait forever
                raise RestoreError(f"{backup} is the database itself")
            try:
                _replace(source, file, before)
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:  # the current file is damaged: keep it unread
                _rename_away(file, before)
                _replace(source, file, None)
    except (OSError, sqlite3.Error) as error:
        raise RestoreError(str(error)) from error
    return before


def _replace(source: sqlite3.Connection, file: Path, before: Path | None) -> None:
    with _open_exclusively(file) as target:
        if before is not None:
            copy_to(target, before)
        source.backup(target)


def _rename_away(file: Path, before: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            Path(f"{file}{suffix}").replace(f"{before}{suffix}")


@contextmanager
def _open_backup(backup: Path) -> Generator[sqlite3.Connection, None, None]:
    """Open a backup; raises RestoreError if it is damaged or not from this service."""
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
def _open_exclusively(file: Path) -> Generator[sqlite3.Connection, None, None]:
    """Open the database exclusively; raises RestoreError while another process has it open."""
    with closing(sqlite3.connect(file, isolation_level=None, timeout=IN_USE_SECONDS)) as target:
        target.execute("PRAGMA locking_mode = EXCLUSIVE")
        try:
            target.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise RestoreError(f"stop the service first: {error}") from error
        target.execute("COMMIT")  # the lock stays
        yield target


def main() -> str | None:
    """Restore the file named on the command line; return the error, if any."""
    if len(sys.argv) != 2:  # noqa: PLR2004
        return f"which file? uv run python -m {__package__}.restore FILE"
    try:
        before = restore(Settings().database_url, Path(sys.argv[1]))
    except RestoreError as error:
        return f"not restored: {error}"
    print(f"restored; what was there before is in {before}")  # noqa: T201
    return None


if __name__ == "__main__":
    sys.exit(main())
