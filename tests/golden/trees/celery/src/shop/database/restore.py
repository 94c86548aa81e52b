"""Replaces the database by a backup; stop the service first.

uv run python -m shop.database.restore FILE

The previous tables stay in another schema until you drop it.
"""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, Connection, make_url, text
from sqlalchemy.exc import DBAPIError

from ..settings import Settings
from . import Database

OTHER_CONNECTIONS = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


class RestoreError(Exception):
    """Why the backup was not restored; the database is unchanged."""


def restore(settings: Settings, backup: Path) -> str:
    """Restore `backup`; return the schema that now holds the previous tables."""
    if "alembic_version" not in _run(settings, "--list", str(backup)):
        raise RestoreError(f"{backup} is no backup of this service: it has no revision")
    before = f"before_{datetime.now(UTC):%Y%m%dt%H%M%Sz}"
    database = Database(settings.database_url)
    try:
        with database.engine.begin() as connection:
            _rename_away(connection, before)
        try:
            where, _ = connection_arguments(database.url)
            options = ("--no-owner", "--no-privileges", "--single-transaction", "--schema=public")
            _run(settings, *options, f"--dbname={where}", str(backup))
        except RestoreError:
            with database.engine.begin() as connection:
                connection.execute(text("DROP SCHEMA public CASCADE"))
                connection.execute(text(f"ALTER SCHEMA {before} RENAME TO public"))
            raise
    except DBAPIError as error:
        raise RestoreError(" ".join(str(error.orig).split())) from error
    finally:
        database.close()
    return before


def connection_arguments(database_url: str) -> tuple[URL, dict[str, str]]:
    """Return the URL for a PostgreSQL program, and its environment with the password.

    The password is not in the URL, because other users can see the arguments of a process.
    """
    url = make_url(database_url)
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    place = (url.host, url.port, url.database, url.query)
    return URL.create("postgresql", url.username, None, *place), {**os.environ, **secret}


def _rename_away(connection: Connection, before: str) -> None:
    if others := connection.scalar(text(OTHER_CONNECTIONS)):
        raise RestoreError(f"stop the service first: the database has {others} other connections")
    connection.execute(text(f"ALTER SCHEMA public RENAME TO {before}"))
    connection.execute(text("CREATE SCHEMA public"))


def _run(settings: Settings, *arguments: str) -> str:
    """Run `pg_restore` from the folder of `pg_dump`."""
    program = Path(settings.pg_dump).with_name("pg_restore")
    _, environment = connection_arguments(settings.database_url)
    done = subprocess.run(  # noqa: S603
        [program, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RestoreError(" ".join(done.stderr.split()))
    return done.stdout


def main() -> str | None:
    """Restore the file named on the command line; return the error, if any."""
    if len(sys.argv) != 2:  # noqa: PLR2004
        return f"which file? uv run python -m {__package__}.restore FILE"
    try:
        before = restore(Settings(), Path(sys.argv[1]))
    except RestoreError as error:
        return f"not restored: {error}"
    print(f"restored; what was there before is in the schema {before}")  # noqa: T201
    return None


if __name__ == "__main__":
    sys.exit(main())
