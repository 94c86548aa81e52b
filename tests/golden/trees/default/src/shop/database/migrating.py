"""Migrations on SQLite: foreign keys are checked at the end, and a copy of the file is kept.

SQLite changes a table by building a new one and dropping the old one. With foreign keys on, the
drop would run ON DELETE in other tables. So they are off during a migration and checked after it.
"""

import logging
import re
import sqlite3
from collections import Counter
from collections.abc import Collection, Generator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic.util import CommandError
from sqlalchemy import Connection, Engine, event, inspect

from ..process.starting import StartError
from .file import main_file

logger = logging.getLogger(__name__)

KEPT_COPIES = 3
TRIGGERS = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"


def for_migrations(engine: Engine) -> Engine:
    """Return the engine with foreign keys off in its transactions."""
    return engine.execution_options(migrates=True)


@contextmanager
def checked(connection: Connection) -> Generator[None, None, None]:
    """Check foreign keys at the end of the block, before the commit.

    Raises CommandError, which Alembic shows in one line, for each reference that the block broke.
    References that were broken before are ignored, so that the service can start.
    """
    if connection.exec_driver_sql("PRAGMA foreign_keys").scalar():
        raise CommandError("migrations need a connection of migrating.for_migrations(engine)")
    event.listen(connection, "before_cursor_execute", _allow_rebuild)
    before, triggers = _dangling(connection), _triggers(connection)
    yield
    if dangling := _dangling(connection) - before:
        rows = ", ".join(
            f"{count} of {table} (to {parent})" for (table, parent), count in dangling.items()
        )
        raise CommandError(f"rows would refer to nothing: {rows}; nothing was migrated")
    for name in sorted(triggers.keys() - _triggers(connection)):
        logger.warning("the trigger %s went with the old table %s", name, triggers[name])


def keep_copy(connection: Connection, revisions: Collection[str]) -> None:
    """Copy the database file, unless it is empty, beside it; keep the KEPT_COPIES newest copies.

    Raises StartError when the copy fails.
    """
    if not inspect(connection).get_table_names():
        return
    file = main_file(connection)
    revision = "+".join(sorted(revisions)) or "none"
    copy = file.with_name(f"{file.name}.{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{revision}.bak")
    try:
        write_copy(file, copy)
    except (OSError, sqlite3.Error) as error:
        raise StartError(f"no copy can be kept, so nothing was migrated: {error}") from error
    logger.info("before the migration, the database was copied to %s", copy)
    for old in sorted(file.parent.glob(f"{file.name}.*Z-*.bak"))[:-KEPT_COPIES]:
        old.unlink(missing_ok=True)


def write_copy(file: Path, copy: Path) -> None:
    """Copy a database by a new connection: `backup` would wait forever for the migrating one."""
    with closing(sqlite3.connect(file)) as source:
        copy_to(source, copy)


def copy_to(source: sqlite3.Connection, copy: Path) -> None:
    """Copy a database to a file: complete or not at all, readable by its owner only."""
    part = copy.with_name(f"{copy.name}.part")
    try:
        part.touch(mode=0o600)
        with closing(sqlite3.connect(part)) as target:
            source.backup(target)
        part.replace(copy)
    finally:
        part.unlink(missing_ok=True)


def _allow_rebuild(_connection: object, cursor: Any, statement: str, *_: object) -> None:  # noqa: ANN401 (of the driver)
    # Views and triggers may name the table that is being rebuilt. In the rebuild's last step, the
    # rename, SQLite must not check them; in any other rename it must update them.
    rebuild = re.match(r'ALTER TABLE "?_alembic_tmp_', statement)
    cursor.execute(f"PRAGMA legacy_alter_table = {'ON' if rebuild else 'OFF'}")


def _dangling(connection: Connection) -> Counter[tuple[str, str]]:
    """Count broken foreign keys, by their table and the table they refer to."""
    rows = connection.exec_driver_sql("PRAGMA foreign_key_check")
    return Counter((table, parent) for table, _, parent, _ in rows)


def _triggers(connection: Connection) -> dict[str, str]:
    """Return the table of each trigger by the trigger's name."""
    tables = inspect(connection).get_table_names()
    rows = connection.exec_driver_sql(TRIGGERS)
    return {name: table for name, table in rows if table in tables}
