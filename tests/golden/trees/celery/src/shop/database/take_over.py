"""Copies all rows from a SQLite database into PostgreSQL, for a service that used SQLite before.

uv run python -m shop.database.take_over FILE

It copies all rows or none. The PostgreSQL database must be migrated and empty.
"""

import sys
from pathlib import Path

import sqlalchemy
from sqlalchemy import Connection, RowMapping, Table, func, inspect, select, text
from sqlalchemy.exc import DBAPIError

from ..process.discovery import metadata
from ..settings import Settings
from . import Database

ROWS_AT_ONCE = 1000
VERSIONS = text("SELECT version_num FROM alembic_version")


class CopyError(Exception):
    """Why nothing was copied."""


def copy_rows(database: Database, file: Path) -> dict[str, int]:
    """Copy every row of the SQLite database `file`; return the number of rows by table."""
    if not file.is_file():
        raise CopyError(f"there is no file {file}")
    source = sqlalchemy.create_engine(f"sqlite:///{file}")
    try:
        with source.connect() as old, database.engine.begin() as new:
            existing = set(inspect(old).get_table_names()) - {"alembic_version"}
            if unknown := existing - metadata().tables.keys():
                raise CopyError(f"no model has the tables {', '.join(sorted(unknown))}")
            if set(old.scalars(VERSIONS)) != set(new.scalars(VERSIONS)):
                raise CopyError("migrate both first: `uv run alembic upgrade heads`")
            tables = [table for table in metadata().sorted_tables if table.name in existing]
            return {table.name: _copy(old, new, table) for table in tables}
    except DBAPIError as error:
        raise CopyError(" ".join(str(error.orig).split())) from error
    finally:
        source.dispose()


def _copy(old: Connection, new: Connection, table: Table) -> int:
    if new.scalar(select(func.count()).select_from(table)):
        raise CopyError(f"{table.name} has rows already")
    count, later = 0, list[RowMapping]()
    own = [key.parent for key in table.foreign_keys if key.column.table is table]
    for rows in old.execute(select(table)).mappings().partitions(ROWS_AT_ONCE):
        nobody = {column.name: None for column in own}
        new.execute(table.insert(), [{**row, **nobody} for row in rows])
        later += [row for row in rows if any(row[column.name] is not None for column in own)]
        count += len(rows)
    for row in later:  # what it refers to in the same table is there by now
        same = [column == row[column.name] for column in table.primary_key]
        values = {column.name: row[column.name] for column in own}
        new.execute(table.update().where(*same).values(values))
    if (key := table.autoincrement_column) is not None and count:
        sequence = func.pg_get_serial_sequence(table.name, key.name)
        new.execute(select(func.setval(sequence, func.max(key))))
    return count


def main() -> str | None:
    """Copy from the file named on the command line; return the error, if any."""
    if len(sys.argv) != 2:  # noqa: PLR2004
        return f"which file? uv run python -m {__package__}.take_over FILE"
    database = Database(Settings().database_url)
    try:
        counts = copy_rows(database, Path(sys.argv[1]))
    except CopyError as error:
        return f"nothing was taken over: {error}"
    finally:
        database.close()
    print("rows taken over:", ", ".join(f"{name} {count}" for name, count in counts.items()))  # noqa: T201
    return None


if __name__ == "__main__":
    sys.exit(main())
