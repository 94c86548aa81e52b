"""The base of the servers: a folder, a process, and a check that it is ready."""

import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

LONGEST_START_SECONDS = 120
LONGEST_END_SECONDS = 20


class Server(ABC):
    """One server; all that it writes is in `folder`."""

    setting: ClassVar[str]
    """The variable with the URL of a server of yours, which is used instead."""
    not_ready: ClassVar[type[Exception]]
    end: ClassVar[signal.Signals] = signal.SIGTERM
    url: str
    user: Mapping[str, Any]
    """The user that runs it, as arguments of subprocess."""

    def __init__(self, folder: Path) -> None:
        """Make the folder."""
        folder.mkdir()
        self.folder, self.user = folder, {}

    @abstractmethod
    def command(self) -> list[str]:
        """Return the command of the server, relative to the folder."""

    @abstractmethod
    def connect(self) -> None:
        """Connect as a client does; raises `not_ready`."""

    def start(self) -> None:
        """Start it and wait until it is ready; end this program if it ends."""
        log = self.folder / "log"
        with log.open("wb") as output:
            self.process = subprocess.Popen(  # noqa: S603
                self.command(),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                **self.user,
            )
        end = time.monotonic() + LONGEST_START_SECONDS
        while self.process.poll() is None and time.monotonic() < end:
            try:
                self.connect()
            except self.not_ready:
                time.sleep(0.02)
            else:
                return
        self.process.kill()
        sys.exit(f"{type(self).__name__} does not start: {log.read_text()}")

    def stop(self) -> None:
        """End it and its connections."""
        self.process.send_signal(self.end)
        try:
            self.process.wait(LONGEST_END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def find(wheel: str, setting: str) -> Path:
    """Find the folder of an installed wheel, or end with what to set instead."""
    spec = find_spec(wheel)
    if spec is None or spec.origin is None:
        sys.exit(f"there is no {wheel} for this machine: set {setting} to the URL of a server")
    return Path(spec.origin).parent
