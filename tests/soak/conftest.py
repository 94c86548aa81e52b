"""A project with an environment of its own, and its real server with several workers."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from uv import find_uv_bin

from tests.e2e.service import beside

LONGEST_WAIT_SECONDS = 60


def wait_until(condition: Callable[[], object], seconds: float = LONGEST_WAIT_SECONDS) -> None:
    """Wait for a condition that comes true in another process."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition did not come true"
        time.sleep(0.05)


PREAMBLE = """
import json, sys, time
from sqlalchemy import text
from shop.database import Database
from shop.settings import Settings
database = Database(Settings().database_url)
"""
POSTGRESQL = ("--database", "postgresql")
OPTIONS = {
    "sqlite": (),
    "postgresql": (*POSTGRESQL, "--jobstore", "redis"),
    **{
        f"{engine}-{broker}": (*POSTGRESQL, "--engine", engine, "--broker", broker)
        for engine in ("celery", "taskiq")
        for broker in ("redis", "rabbitmq")
    },
}


@pytest.fixture(scope="session", params=["sqlite"])
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create a project with the examples, and its environment."""
    folder = tmp_path_factory.mktemp("soak")
    command = [sys.executable, "-m", "fastforge", "new", "shop", "--yes", "--no-git"]
    command += OPTIONS[request.param]
    subprocess.run([*command, "--no-verify"], cwd=folder, check=True, capture_output=True)
    subprocess.run(
        [find_uv_bin(), "sync", "--quiet", "--python", sys.executable],
        cwd=folder / "shop",
        env={**os.environ, "VIRTUAL_ENV": ""},
        check=True,
    )
    return folder / "shop"


class Server:
    """`uvicorn` with several workers on a database of its own."""

    def __init__(self, project: Path, folder: Path, workers: int, **settings: str) -> None:
        """Prepare; `settings` are environment variables."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.project = project
        self.database = folder / "shop.db"
        self.log = folder / "server.log"
        self.workers = workers
        self.environment = {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{self.database}",
            "PYTHONPATH": str(folder),
            **settings,
        }
        # A worker that dies comes back in a second with bytecode, in several without.
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until all workers are up."""
        program = self.project / ".venv" / "bin" / "uvicorn"
        options = ["--workers", str(self.workers), "--port", str(self.port)]
        before = self.started_workers()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [program, "shop.main:app", *options],
                cwd=self.project,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(lambda: self.started_workers() >= before + self.workers)

    def started_workers(self) -> int:
        """Count the workers that ever came up."""
        return (
            self.log.read_text().count("Application startup complete") if self.log.exists() else 0
        )

    def worker_pids(self) -> list[int]:
        """Find the children of the supervisor that serve."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        spawned = (Path(f"/proc/{pid}/cmdline") for pid in children.split())
        return [
            int(path.parent.name)
            for path in spawned
            if path.exists() and b"spawn_main" in path.read_bytes()
        ]

    def ask(self, code: str, *arguments: str) -> str:
        """Run code of the project's environment on its database, as `database`; give its output."""
        run = [self.project / ".venv" / "bin" / "python", "-c", PREAMBLE + code, *arguments]
        return subprocess.run(
            run, cwd=self.project, env=self.environment, check=True, capture_output=True, text=True
        ).stdout

    def stop(self) -> None:
        """Stop it as a container engine does, and see that it went in time."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)

    def kill(self) -> None:
        """End it and every worker without warning."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@pytest.fixture
def make_server(project: Path, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Make servers of the project, beside what it needs; ended with the test."""
    made: list[Server] = []
    with beside(project) as urls:

        def make(workers: int, **settings: str) -> Server:
            made.append(Server(project, tmp_path, workers, **urls, **settings))
            return made[-1]

        yield make
        for server in made:
            server.kill()
