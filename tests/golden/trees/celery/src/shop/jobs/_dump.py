"""Dumps a PostgreSQL database in use to one file, which `pg_restore` can read."""

import subprocess
from pathlib import Path

from ..database import Database
from ..database.restore import connection_arguments
from ..settings import Settings

SUFFIX = ".dump"


class DumpError(Exception):
    """`pg_dump` failed; the text is its error message."""


def dump(database: Database, file: Path, settings: Settings) -> None:
    """Dump the database as it is now; others may read and write during the dump."""
    where, environment = connection_arguments(database.url)
    command = [settings.pg_dump, "--format=custom", f"--file={file}", f"--dbname={where}"]
    done = subprocess.run(  # noqa: S603
        command, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise DumpError(" ".join(done.stderr.split()))
