"""From the commit of a request that queues a task to the first line of the task.

`latency.py TASKS TASKS_A_SECOND`. The service runs in this process, with the task beside it; the
requests come from another one, on one connection. The database is that of DATABASE_URL, or SQLite
in a temporary folder.
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
from uuid import UUID

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from shop.background import Accepted, EnqueueDep, RunContext, Task
from shop.database import SessionDep
from shop.main import create_app
from shop.settings import Settings
from sqlalchemy import event
from sqlalchemy.orm import Session

REQUEST = (
    b"POST /noop HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: 2\r\n\r\n{}"
)
LONGEST_WAIT_SECONDS = 60

committed: dict[UUID, float] = {}
started: dict[UUID, float] = {}


class Nothing(BaseModel):
    """A payload."""


def noop(_payload: Nothing, context: RunContext) -> None:
    """Note when it starts."""
    started[context.run_id] = time.perf_counter()


TASK = Task(name="noop", payload=Nothing, function=noop)


def note_commit(session: Session) -> None:
    """Note when the transaction of a request has been committed."""
    if (run_id := session.info.get("noop")) is not None:
        committed[run_id] = time.perf_counter()


def add_route(app: FastAPI) -> None:
    """Add a route that queues the task."""

    @app.post("/noop", status_code=202)
    def queue(payload: Nothing, enqueue: EnqueueDep, session: SessionDep) -> Accepted:
        accepted = enqueue(TASK, payload)
        session.info["noop"] = accepted.run_id
        return accepted


def send(port: int, tasks: int, a_second: float) -> None:
    """Send the requests at equal distances; a late one is followed at once by the next."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        began = time.monotonic()
        for number in range(tasks):
            time.sleep(max(0.0, began + number / a_second - time.monotonic()))
            connection.sendall(REQUEST)
            answer = connection.recv(65536)
            while not answer.endswith(b"}"):
                answer += connection.recv(65536)


def load(server: uvicorn.Server, port: int, tasks: str, a_second: str) -> None:
    """Let another process send the requests, wait for the tasks, end the server."""
    try:
        while not server.started:
            time.sleep(0.05)
        client = [sys.executable, __file__, "--send", str(port), tasks, a_second]
        subprocess.run(client, check=True)
        end = time.monotonic() + LONGEST_WAIT_SECONDS
        while len(started) < int(tasks) and time.monotonic() < end:
            time.sleep(0.05)
    finally:
        server.should_exit = True


def main() -> None:
    """Send the requests, or be the service that is asked."""
    if sys.argv[1] == "--send":
        send(int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
        return
    event.listen(Session, "after_commit", note_commit)
    with tempfile.TemporaryDirectory() as folder, socket.socket() as listening:
        url = os.environ.get("DATABASE_URL", f"sqlite:///{folder}/shop.db")
        app = create_app(Settings(database_url=url, log_level="WARNING"), {TASK.name: TASK})
        add_route(app)
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
        port = listening.getsockname()[1]
        threading.Thread(target=load, args=[server, port, *sys.argv[1:3]]).start()
        server.run(sockets=[listening])
    late = sorted((started[each] - committed[each]) * 1000 for each in committed)
    median, percentile = statistics.median(late), late[int(len(late) * 0.99)]
    print(f"{len(late)} tasks: {median:.2f} ms in the median, {percentile:.2f} ms at 99 %")
    figures = {"tasks": len(late), "median_ms": round(median, 2), "p99_ms": round(percentile, 2)}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
