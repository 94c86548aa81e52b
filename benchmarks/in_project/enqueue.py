"""What it costs to accept a task, beside FastAPI's own add_task: so many requests of each in turn.

The last line has all figures as JSON. `commit_ms` is what the disk takes for one commit alone.
"""

import json
import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import closing

from fastapi import BackgroundTasks, FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel
from shop.background import Accepted, EnqueueDep, RunContext, Task
from shop.database import Database
from shop.database.schema import upgrade
from shop.main import create_app
from shop.settings import Settings


class Nothing(BaseModel):
    """A payload."""

    text: str = ""


def nothing(_payload: Nothing, _context: RunContext) -> None:
    """Do nothing."""


TASK = Task(name="nothing", payload=Nothing, function=nothing)


def add_routes(app: FastAPI) -> None:
    """Add the two ways to accept a task, and neither."""

    @app.post("/plain")
    def plain(payload: Nothing) -> Nothing:
        return payload

    @app.post("/add_task")
    def add_task(payload: Nothing, background: BackgroundTasks) -> Nothing:
        background.add_task(lambda: None)
        return payload

    @app.post("/enqueue", status_code=202)
    def enqueue(payload: Nothing, enqueue: EnqueueDep) -> Accepted:
        return enqueue(TASK, payload)


def main() -> None:
    """Print the median of each way."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            database_url=f"sqlite:///{folder}/shop.db", runner=False, log_level="ERROR"
        )
        database = Database(settings.database_url)
        upgrade(database)
        database.close()
        app = create_app(settings, {TASK.name: TASK})
        add_routes(app)
        times: dict[str, list[float]] = {"/plain": [], "/add_task": [], "/enqueue": []}
        with TestClient(app) as client:
            for _ in range(int(sys.argv[1])):
                for path, each in times.items():
                    began = time.perf_counter()
                    client.post(path, json={}).raise_for_status()
                    each.append((time.perf_counter() - began) * 1000)
        commit = commit_ms(f"{folder}/commits.db", int(sys.argv[1]))
    figures = {}
    for path, each in times.items():
        took = statistics.median(each)
        ratio = took / statistics.median(times["/add_task"])
        print(f"POST {path}: {took:.2f} ms, {ratio:.2f} of add_task")
        figures[path.strip("/")] = {"ms": round(took, 2), "of_add_task": round(ratio, 2)}
    print(f"one commit of SQLite: {commit:.2f} ms")
    print(json.dumps(figures | {"commit_ms": round(commit, 2)}))


def commit_ms(file: str, count: int) -> float:
    """Give the median time of a transaction of one small row."""
    times = []
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE rows (text)")
        for _ in range(count):
            began = time.perf_counter()
            connection.execute("INSERT INTO rows VALUES ('x')")
            times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    main()
