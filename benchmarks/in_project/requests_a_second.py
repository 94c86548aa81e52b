"""Requests a second of a plain endpoint: bare FastAPI, with metrics, and the whole service.

Each is served by one uvicorn process and asked by four connections of another process; they take
turns, so many seconds and so many rounds. CPU is that of the server.
"""

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing import Process, SimpleQueue
from pathlib import Path

SECONDS = float(sys.argv[1])
ROUNDS = int((*sys.argv, "5")[2])
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


def clients(port: int, answers: "SimpleQueue[int]") -> None:
    """Give the number of answers to four clients."""
    counts: list[int] = []
    threads = [threading.Thread(target=client, args=[port, counts]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers.put(sum(counts))


def measure(port: int, process: int) -> tuple[float, float]:
    """Give the answers a second, and the CPU time of each in microseconds."""
    answers: SimpleQueue[int] = SimpleQueue()
    asking = Process(target=clients, args=[port, answers])
    before = cpu_seconds(process)
    asking.start()
    asking.join()
    count = answers.get()
    return count / SECONDS, (cpu_seconds(process) - before) / count * 1e6


def cpu_seconds(process: int) -> float:
    """Give the CPU time of a process, of all its threads."""
    tasks = Path(f"/proc/{process}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


@contextmanager
def served(app: str, folder: Path) -> Iterator[tuple[int, int]]:
    """Serve an application; give its port and the id of its process."""
    folder.mkdir()
    folder.joinpath("measured.py").write_text(MODULE.format(app=app))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--port", str(port), "--log-level", "warning", "--no-access-log"]
    command = [sys.executable, "-m", "uvicorn", "measured:app", *options]
    server = subprocess.Popen(command, cwd=folder, env=os.environ)
    try:
        while server.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
            except ConnectionRefusedError:
                time.sleep(0.05)
            else:
                yield port, server.pid
                return
        raise SystemExit(f"uvicorn ended with {server.returncode}")
    finally:
        server.terminate()
        server.wait()


def main() -> None:
    """Print one line an application, and all figures as JSON."""
    found: dict[str, list[tuple[float, float]]] = {label: [] for label in APPS}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        servers = {
            label: stack.enter_context(served(app, Path(folder, label.replace(" ", "_"))))
            for label, app in APPS.items()
        }
        for _ in range(ROUNDS):
            for label, server in servers.items():
                found[label].append(measure(*server))
    figures = {}
    for label, rounds in found.items():
        shares = [rate / bare for (rate, _), (bare, _) in zip(rounds, found["bare"], strict=True)]
        rates, times = zip(*rounds, strict=True)
        best = min(cpu for _, cpu in found["bare"]) / min(times)
        figures[label] = {
            "requests_a_second": round(statistics.median(rates)),
            "of_bare": round(statistics.median(shares), 2),
            "cpu_us": round(min(times)),
            "of_bare_by_cpu": round(best, 2),
        }
        print(
            f"{label}: {statistics.median(rates):.0f} requests a second,"
            f" {statistics.median(shares):.2f} of bare; {min(times):.0f} us of CPU in the best"
            f" round, {best:.2f} of bare"
        )
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
