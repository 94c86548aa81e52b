"""A PostgreSQL that keeps every commit, as in production; that of the tests would not.

For each line of its input it makes a database of that name, and prints its URL. It ends with its
input.
"""

import json
import sys
import tempfile
from pathlib import Path

import psycopg

sys.path.insert(0, str(Path.cwd()))  # the project, whose tests know how to start a server

from tests.servers import postgresql
from tests.servers.__main__ import short_folder


def main() -> None:
    """Serve until the end of the input."""
    postgresql.SETTINGS[:] = ["listen_addresses=", "max_connections=300"]
    with tempfile.TemporaryDirectory(prefix="servers-", dir=short_folder()) as name:
        folder = Path(name)
        folder.chmod(0o711)
        server = postgresql.PostgreSQL(folder / "PostgreSQL")
        server.start()
        try:
            for line in sys.stdin:
                with psycopg.connect(server.url, autocommit=True) as connection:
                    connection.execute(f'CREATE DATABASE "{line.strip()}"')
                url = server.url.replace("/postgres?", f"/{line.strip()}?")
                print(json.dumps({"url": url}), flush=True)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
