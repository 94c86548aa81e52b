"""Processes that work off the queue; each may be killed, and is started again."""

import random
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from .conftest import Server

INPROCESS = ("python", "-m", "shop.background")
CELERY = ("celery", "--app", "shop.background.engines.worker", "worker", "--loglevel", "WARNING")
COMMANDS = {"celery": CELERY, "taskiq": ("python", "-m", "shop.background.engines.worker")}
"""Workers of engines."""


class Workers:
    """So many processes of one command."""

    def __init__(
        self, server: Server, folder: Path, number: int, command: Sequence[str] = INPROCESS
    ) -> None:
        """Prepare; `server` has the project and its settings."""
        self._server, self._folder, self._number = server, folder, number
        self._command = [server.project / ".venv" / "bin" / command[0], *command[1:]]
        self.running: list[subprocess.Popen[bytes]] = []
        self._alive: dict[int, Path] = {}
        self.ended: dict[int, float] = {}
        """When each was killed, by its process id."""

    def start(self) -> None:
        """Start those that are missing."""
        while len(self.running) < self._number:
            self.add()

    def add(self, prefix: Sequence[str] = (), **variables: str) -> subprocess.Popen[bytes]:
        """Start one more, with a command before its own."""
        number = len(self.ended) + len(self.running)
        alive = self._folder / f"alive-{number}"
        own = {"BACKGROUND_HEARTBEAT_FILE": str(alive), "BACKGROUND_METRICS_PORT": "0"}
        with (self._folder / "workers.log").open("ab") as log:
            process = subprocess.Popen(
                [*prefix, *self._command],
                cwd=self._server.project,
                env={**self._server.environment, **own, **variables},
                stdout=log,
                stderr=log,
            )
        self.running.append(process)
        self._alive[process.pid] = alive
        return process

    def kill(self, chance: random.Random) -> None:
        """Kill one without warning, of those that have started; on a busy machine that takes long.

        If none has, do nothing.
        """
        up = [process for process in self.running if self._alive[process.pid].exists()]
        if not up:
            return
        self.kill_process(chance.choice(up).pid)

    def kill_process(self, pid: int) -> None:
        """Kill this one."""
        victim = next(process for process in self.running if process.pid == pid)
        self.running.remove(victim)
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        self.ended[victim.pid] = time.monotonic()

    def stop(self) -> None:
        """End all as a container engine does."""
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        for process in self.running:
            with suppress(subprocess.TimeoutExpired):
                process.wait(60)
            process.kill()
            process.wait()
            self.ended[process.pid] = time.monotonic()
        self.running.clear()
