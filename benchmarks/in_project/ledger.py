"""Milliseconds for what is done to a ledger of so many finished runs: median of 50."""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from shop.background import ledger
from shop.background.claim import Limit, claim
from shop.background.dead_letters import DeadLetters
from shop.background.execution import no_observer
from shop.background.heartbeat import Heartbeat
from shop.background.models import Run, State
from shop.background.scheduling import Every, Job
from shop.database import Database
from shop.database.schema import upgrade
from shop.settings import Settings
from sqlalchemy import insert, select

JOBS = [
    Job(name=f"job_{n}", schedule=Every(timedelta(hours=1)), function=lambda _context: None)
    for n in range(100)
]


def fill(database: Database, rows: int) -> None:
    """Insert finished runs, a second apart."""
    now = datetime.now(UTC)
    for start in range(0, rows, 10_000):
        chunk = []
        for n in range(start, min(start + 10_000, rows)):
            moment = now - timedelta(seconds=n)
            times = dict.fromkeys(("created_at", "due_at", "available_at", "finished_at"), moment)
            row = {"id": uuid4(), "kind": "job", "name": JOBS[n % len(JOBS)].name, "attempt": 1}
            chunk.append({**row, **times, "state": State.SUCCEEDED})
        with database.transaction() as session:
            session.execute(insert(Run), chunk)


def median(action: Callable[[], object], runs: int = 50) -> float:
    """Give the median in milliseconds."""
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        action()
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


def main() -> None:
    """Print one line an operation, then all as JSON."""
    rows = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Settings(database_url=f"sqlite:///{folder}/shop.db").database_url)
        upgrade(database)
        fill(database, rows)

        def page() -> object:
            runs = select(Run).where(Run.name == "job_5").order_by(Run.due_at.desc())
            with database.snapshot() as session:
                return session.scalars(runs.limit(50)).all()

        def add() -> object:
            with database.transaction() as session:
                return ledger.add(session, JOBS[5], datetime.now(UTC))

        def take() -> object:
            limits = {job.name: Limit() for job in JOBS}
            with database.transaction() as session:
                return claim(session, limits, owner="me", slots=1)

        heart = Heartbeat("me", database, {}, no_observer, DeadLetters(Settings()))

        def beat() -> object:
            heart.beat_soon()
            return heart.beat_if_due([])

        beat()  # who is in no table gets nothing
        medians = {}
        for label, action in (
            ("a page of runs", page),
            ("claim, nothing due", take),
            ("a beat", beat),
            ("add a run", add),
            ("claim one", take),
        ):
            medians[label] = round(median(action), 3)
            print(f"{rows} rows, {label}: {medians[label]:.2f} ms")
        database.close()
    print(json.dumps({"rows": rows, "median_ms": medians}))


if __name__ == "__main__":
    main()
