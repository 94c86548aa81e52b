"""What it costs to accept a task, beside FastAPI's own add_task: so many requests in a row."""

import statistics
import sys
import tempfile
import time

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
        medians = {}
        with TestClient(app) as client:
            for path in ("/plain", "/add_task", "/enqueue"):
                times = []
                for _ in range(int(sys.argv[1])):
                    began = time.perf_counter()
                    client.post(path, json={}).raise_for_status()
                    times.append(time.perf_counter() - began)
                medians[path] = statistics.median(times) * 1000
        for path, milliseconds in medians.items():
            ratio = milliseconds / medians["/add_task"]
            print(f"POST {path}: {milliseconds:.2f} ms, {ratio:.2f} of add_task")


if __name__ == "__main__":
    main()
