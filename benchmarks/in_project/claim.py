"""How long a claim takes, while many runs have ended and many wait.

`claim.py FINISHED WAITING`. The database is that of DATABASE_URL, or SQLite in a temporary folder.
Runs wait under ten names with priorities from -2 to 2. Then all of them wait for a rate limit that
is used up, or are scheduled for later, and runs of another name must be found behind them.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from pydantic import BaseModel
from shop.background import ledger
from shop.background.beats import beat
from shop.background.candidates import is_waiting
from shop.background.claim import Limit, claim
from shop.background.models import RUNS, State
from shop.background.rates import Rate, Start
from shop.background.work import Task
from shop.database import Database
from shop.database.schema import upgrade
from sqlalchemy import insert, text, update

ROWS_AT_ONCE = 5000
ROUNDS = 200
SLOTS = 8


class Nothing(BaseModel):
    """A payload."""


def nothing(_payload: Nothing, _context: object) -> None:
    """Do nothing."""


TASKS = [Task(name=f"task_{n}", payload=Nothing, function=nothing) for n in range(10)]
NOW = datetime.now(UTC)
LIMITS = {task.name: Limit() for task in TASKS}
RATED = LIMITS | {"task_0": Limit(rate=Rate(100, timedelta(minutes=1)))}


def rows(finished: int, waiting: int) -> Iterator[dict[str, object]]:
    """Make the rows, one after another."""
    for number in range(finished + waiting):
        row = ledger.row(
            TASKS[number % 10],
            NOW,
            at=NOW - timedelta(seconds=number % 86400),
            priority=number % 5 - 2,
            payload="{}",
        )
        if number < finished:
            ended = {"state": State.SUCCEEDED, "finished_at": NOW, "attempt": 1, "started_at": NOW}
            row |= {**ended, "owner": "somebody"}
        yield row


def fill(database: Database, finished: int, waiting: int) -> None:
    """Insert the rows."""
    part: list[dict[str, object]] = []
    with database.transaction() as session:
        beat(session, "me", 1, NOW, NOW)
        for number, row in enumerate(rows(finished, waiting), 1):
            part.append(row | {"started_at": row.get("started_at"), "owner": row.get("owner")})
            part[-1].setdefault("attempt", 0)
            if len(part) == ROWS_AT_ONCE or number == finished + waiting:
                session.execute(insert(RUNS), part)
                part = []


def vacuum(database: Database) -> None:
    """Let PostgreSQL count the rows, and forget those that were changed, as it does by itself."""
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as raw:
            raw.execute(text("VACUUM ANALYZE fastforge_runs"))


def times(database: Database, limits: dict[str, Limit]) -> dict[str, float]:
    """Claim some, and put them back; give the milliseconds of a claim, and of a look before it."""
    claims, looks, found = [], [], 0
    vacuum(database)
    for _ in range(ROUNDS):
        with database.snapshot() as session:
            began = time.perf_counter()
            is_waiting(session, limits, NOW)
            looks.append(1000 * (time.perf_counter() - began))
        with database.transaction() as session:
            session.connection()
            began = time.perf_counter()
            found += len(claim(session, limits, NOW, owner="me", slots=SLOTS))
            claims.append(1000 * (time.perf_counter() - began))
            session.rollback()
    return {
        "median_ms": round(statistics.median(claims), 2),
        "99_percent_ms": round(statistics.quantiles(claims, n=100)[98], 2),
        "look_median_ms": round(statistics.median(looks), 2),
        "claimed_each": found / ROUNDS,
    }


def main() -> None:
    """Measure each case."""
    finished, waiting = int(sys.argv[1]), int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        database = Database(os.environ.get("DATABASE_URL") or f"sqlite:///{folder}/claim.db")
        upgrade(database)
        fill(database, finished, waiting)
        figures = {"ten names, five priorities": times(database, LIMITS)}
        unfinished = update(RUNS).where(RUNS.c.finished_at.is_(None))
        with database.transaction() as session:
            few = ledger.row(TASKS[1], NOW, at=NOW, priority=-2, payload="{}")
            session.execute(unfinished.values(name="task_0"))
            ledger.add_rows(session, [few | {"id": uuid4()} for _ in range(20)])
            starts = [
                {"run_id": uuid4(), "attempt": 1, "name": "task_0", "started_at": NOW}
                for _ in range(100)
            ]
            session.execute(insert(Start), starts)
        figures["behind a rate limit that is used up"] = times(database, RATED)
        with database.transaction() as session:
            later = {"state": State.SCHEDULED, "available_at": NOW + timedelta(hours=1)}
            session.execute(unfinished.where(RUNS.c.name == "task_0").values(later))
        figures["beside runs for later"] = times(database, LIMITS)
        database.close()
    for name, row in figures.items():
        print(f"{name}: {row}")
    print(json.dumps({"claim": figures}))


if __name__ == "__main__":
    main()
