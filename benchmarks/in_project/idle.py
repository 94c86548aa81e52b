"""Memory of processes that do nothing: this service, its worker, and bare FastAPI with SQLAlchemy.

`idle.py SECONDS`: how long each idles before it is measured. RSS counts what processes share in
each of them; PSS shares it out.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BARE = """
from fastapi import FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

app, engine = FastAPI(), create_engine("sqlite:///bare.db")

@app.get("/health")
def health() -> dict[str, str]:
    with Session(engine) as session:
        session.execute(text("SELECT 1"))
    return {"status": "ok"}
"""
LONGEST_START_SECONDS = 60


def serve(application: str, port: int) -> list[str]:
    """Give the command of a web process."""
    server = [sys.executable, "-m", "uvicorn", application, "--port", str(port)]
    return [*server, "--log-level", "warning", "--no-access-log"]


def wait_for_start(folder: Path, port: int) -> None:
    """Wait until the worker has its heartbeat file, or the server answers a request."""
    end = time.monotonic() + LONGEST_START_SECONDS
    while time.monotonic() < end:
        if (folder / "background.heartbeat").exists():
            return
        try:
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(b"GET /health HTTP/1.0\r\n\r\n")
                connection.recv(65536)
                return
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise TimeoutError


def measure(command: list[str], folder: Path, port: int, seconds: float) -> dict[str, float]:
    """Start a process, let it idle, and read its memory."""
    variables = {"BACKGROUND_METRICS_PORT": "0", "LOG_LEVEL": "WARNING"}
    with subprocess.Popen(command, cwd=folder, env={**os.environ, **variables}) as process:
        try:
            wait_for_start(folder, port)
            time.sleep(seconds)
            lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()[1:]
        finally:
            process.terminate()
    kib = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    return {f"{name.lower()}_mib": round(kib[name] / 1024, 1) for name in ("Rss", "Pss")}


def main() -> None:
    """Print one line a process, then all as JSON."""
    found = {}
    for name in ("bare FastAPI and SQLAlchemy", "worker", "web process, worker in it"):
        with tempfile.TemporaryDirectory() as place, socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port, folder = probe.getsockname()[1], Path(place)
            probe.close()
            (folder / "bare.py").write_text(BARE)
            worker = [sys.executable, "-m", "shop.background"]
            command = worker if name == "worker" else serve("bare:app", port)
            command = serve("shop.main:app", port) if name.startswith("web") else command
            found[name] = measure(command, folder, port, float(sys.argv[1]))
        print(f"{name}: {found[name]['rss_mib']} MiB RSS, {found[name]['pss_mib']} MiB PSS")
    print(json.dumps({"idle": found}))


if __name__ == "__main__":
    main()
