"""Requests a second of a plain endpoint: bare FastAPI, with metrics, and the whole service.

One uvicorn worker on one core's worth of load from four plain sockets; best of three rounds of
so many seconds.
"""

import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

SECONDS = float(sys.argv[1])
APPS = {
    "bare": "app = FastAPI()",
    "with metrics": "app = FastAPI()\nMetrics().instrument(app, lambda _app: CollectorRegistry())",
    "with metrics and ledger": "app = create_app(Settings(log_level='WARNING'))",
}
MODULE = """
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from shop.main import create_app
from shop.monitoring.metrics import Metrics
from shop.settings import Settings

{app}

@app.get("/plain")
async def plain() -> dict[str, str]:
    return {{"status": "ok"}}
"""
REQUEST = b"GET /plain HTTP/1.1\r\nHost: localhost\r\n\r\n"


def client(port: int, counts: list[int]) -> None:
    """Send one request after another on one connection."""
    end, done = time.monotonic() + SECONDS, 0
    with socket.create_connection(("127.0.0.1", port)) as connection:
        while time.monotonic() < end:
            connection.sendall(REQUEST)
            answer = connection.recv(65536)
            while not answer.endswith(b"}"):
                answer += connection.recv(65536)
            done += 1
    counts.append(done)


def round_of(port: int) -> float:
    """Give the requests a second of four clients."""
    counts: list[int] = []
    threads = [threading.Thread(target=client, args=[port, counts]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / SECONDS


def measure(app: str, folder: str) -> float:
    """Serve an application and give the best of three rounds."""
    Path(folder, "measured.py").write_text(MODULE.format(app=app))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--port", str(port), "--log-level", "warning", "--no-access-log"]
    server = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "measured:app", *options], cwd=folder
    )
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                time.sleep(0.05)
        return max(round_of(port) for _ in range(3))
    finally:
        server.terminate()
        server.wait()


def main() -> None:
    """Print one line an application."""
    with tempfile.TemporaryDirectory() as folder:
        results = {label: measure(app, folder) for label, app in APPS.items()}
    for label, rate in results.items():
        print(f"{label}: {rate:.0f} requests a second, {rate / results['bare']:.2f} of bare")


if __name__ == "__main__":
    main()
