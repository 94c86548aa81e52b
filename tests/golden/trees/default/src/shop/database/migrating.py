"""Migrations on SQLite: no row of another table goes, and a copy of the file is kept.

SQLite changes a table by making it anew. With foreign keys on, dropping the old one would run the
ON DELETE of all that refers to it: they are off while tables change, and checked at the end.
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
    """Give the same engine with foreign keys off in its transactions."""
    return engine.execution_options(migrates=True)


@contextmanager
def checked(connection: Connection) -> Generator[None, None, None]:
    """Refuse, before the commit, what the block did to rows that refer to others.

    Rows that referred to nothing before are no reason: the service has to start. Raises
    CommandError, which Alembic shows in one line.
    """
    if connection.exec_driver_sql("PRAGMA foreign_keys").scalar():
        raise CommandError("migrations need a connection of migrating.for_migrations(engine)")
    event.listen(connection, "before_cursor_execute", _let_others_be)
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
    """Copy the file, unless it is empty, beside itself; the newest copies stay.

    Raises StartError when that cannot be done.
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
    """Copy a database; not by the connection that migrates: `backup` waits for it without end."""
    with closing(sqlite3.connect(file)) as source:
        copy_to(source, copy)


def copy_to(source: sqlite3.Connection, copy: Path) -> None:
    """Copy a database to a file that is whole or not there, for its owner only."""
    part = copy.with_name(f"{copy.name}.part")
    try:
        part.touch(mode=0o600)
        with closing(sqlite3.connect(part)) as target:
            source.backup(target)
        part.replace(copy)
    finally:
        part.unlink(missing_ok=True)


def _let_others_be(_connection: object, cursor: Any, statement: str, *_: object) -> None:  # noqa: ANN401 (of the driver)
    # A view, or a trigger of another table, may name the one that is made anew: that is no reason
    # to refuse the last step. Where a table gets another name, they follow.
    anew = re.match(r'ALTER TABLE "?_alembic_tmp_', statement)
    cursor.execute(f"PRAGMA legacy_alter_table = {'ON' if anew else 'OFF'}")


def _dangling(connection: Connection) -> Counter[tuple[str, str]]:
    """Count the rows that refer to nothing, by their table and the one they refer to."""
    rows = connection.exec_driver_sql("PRAGMA foreign_key_check")
    return Counter((table, parent) for table, _, parent, _ in rows)


def _triggers(connection: Connection) -> dict[str, str]:
    """Give the table of each trigger, which may have another name afterwards."""
    tables = inspect(connection).get_table_names()
    rows = connection.exec_driver_sql(TRIGGERS)
    return {name: table for name, table in rows if table in tables}
