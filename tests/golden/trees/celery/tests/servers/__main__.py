"""`python -m tests.servers` starts what the tests need, and stops it at the end of its input.

It prints the URLs as one line of JSON. Then it reads orders and answers each with a line: `restart`
ends the servers and starts them again, `forget` starts them without their data. Its input also ends
if its parent process is killed. It writes to one temporary folder, which it deletes.
"""

import json
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from .broker import Broker
from .postgresql import PostgreSQL
from .server import Server

KINDS: list[type[Server]] = [PostgreSQL, Broker]

LONGEST_FOLDER = 60


def main() -> None:
    """Start the servers whose variables are not set; a set one names a server of yours."""
    urls = {kind.setting: os.environ.get(kind.setting) for kind in KINDS}
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with tempfile.TemporaryDirectory(prefix="servers-", dir=short_folder()) as name:
        folder = Path(name)
        folder.chmod(0o711)
        servers = [kind(folder / kind.__name__) for kind in KINDS if not urls[kind.setting]]
        started: list[Server] = []
        try:
            for server in servers:
                server.start()
                started.append(server)
            say(json.dumps(urls | {server.setting: server.url for server in servers}))
            for line in sys.stdin:
                obey(line.strip(), servers)
        finally:
            for server in started:
                server.stop()


def short_folder() -> str:
    """Return a temporary folder whose path is short enough for a socket (107 bytes)."""
    usual = tempfile.gettempdir()
    return usual if len(os.fsencode(usual)) <= LONGEST_FOLDER else "/tmp"  # noqa: S108


def obey(order: str, servers: list[Server]) -> None:
    """Execute the order of a line, and answer it."""
    for server in servers:
        server.stop()
        if order == "forget":
            shutil.rmtree(server.folder / "data")
        server.start()
    say(order)


def say(line: str) -> None:
    """Answer."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
