"""How long the operators' pages take, while the ledger has many runs.

`page.py RUNS ROUNDS`. The database is that of DATABASE_URL, or SQLite in a temporary folder. It is
filled with runs of the last 30 days, two fifths of them of the last day: most have succeeded, some
have failed with tracebacks and earlier attempts, some wait. Then each page is asked for, through
the application, with the filters that read most.
"""

import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient
from shop.background.beats import RunnerProcess
from shop.background.history import PastAttempt
from shop.background.models import RUNS, State
from shop.background.roll_up import roll_up
from shop.database import Database
from shop.database.schema import upgrade
from shop.main import create_app
from shop.settings import Settings
from sqlalchemy import insert, text

ROWS_AT_ONCE = 5000
KEY = "correct-horse"
NOW = datetime.now(UTC)
NIGHT = (NOW - timedelta(hours=12)).strftime("%Y-%m-%dT%H:%M:%SZ")
DAY_SECONDS = 86400
NAMES = [("job", "database_backup"), *(("task", f"task_{n}") for n in range(9))]
STATES = {
    State.SUCCEEDED: 900,
    State.FAILED: 40,
    State.QUEUED: 20,
    State.SCHEDULED: 10,
    State.TIMED_OUT: 10,
    State.CANCELLED: 5,
    State.MISSED: 5,
    State.SKIPPED: 5,
    State.LOST: 5,
}
"""So many of each thousand."""
RAISED = (State.FAILED, State.TIMED_OUT, State.LOST)
TRACEBACK = "Traceback (most recent call last):\n" + 10 * (
    '  File "src/shop/tasks/work.py", line 7, in work\n    raise OSError("down")\n'
)
FILTERS = (
    "",
    "?state=failed",
    "?state=failed&state=lost&state=timed_out",
    f"?state=failed&from={NIGHT}",
    "?state=succeeded",
    "?name=task_3",
    "?name=task_3&state=failed",
    "?kind=job",
    "?error=host+7",
    "?error=nowhere",
    "?error=host+7&name=task_3",
    f"?from={NIGHT}",
)
"""Of the list of runs."""


def rows(number: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    """Make the rows of the ledger, oldest first."""
    recent = number * 2 // 5
    states = chance.choices(list(STATES), list(STATES.values()), k=number)
    for each, state in enumerate(states):
        older = each < number - recent
        ago = (number - each) / recent * DAY_SECONDS
        if older:
            ago = DAY_SECONDS * (1 + 29 * (number - recent - each) / (number - recent))
        due_at, (kind, name) = NOW - timedelta(seconds=ago), NAMES[chance.randrange(len(NAMES))]
        started = due_at + timedelta(seconds=chance.random())
        waits = state in {State.QUEUED, State.SCHEDULED}
        error = f"OSError: host {each % 100} is down" if state in RAISED else None
        yield {
            "id": UUID(int=chance.getrandbits(128), version=4),
            "kind": kind,
            "name": name,
            "payload": json.dumps({"number": each}),
            "state": state,
            "attempt": 0 if waits else 3 if error else 1,
            "error": error,
            "traceback": error and f"{TRACEBACK}{error}",
            "owner": None if waits else "somebody",
            "created_at": due_at,
            "due_at": due_at,
            "available_at": due_at,
            "started_at": None if waits else started,
            "finished_at": None if waits else started + timedelta(seconds=chance.random() * 3),
            "dismissed_at": NOW if error and chance.choice((True, False)) else None,
            "place": due_at.timestamp(),
        }


def attempts_of(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Make the earlier attempts of a run."""
    for number in range(1, row["attempt"]):
        same = {name: row[name] for name in ("state", "started_at", "error", "traceback")}
        ended = {"ended_at": row["finished_at"], "worker": row["owner"]}
        yield {"run_id": row["id"], "number": number, **same, **ended}


def fill(database: Database, number: int) -> str:
    """Fill the ledger; return the id of a run that failed."""
    chance = random.Random(23)  # noqa: S311 (the same runs each time)
    part, failed = list[dict[str, Any]](), ""
    with database.transaction() as session:
        process = {"beats": 9, "pid": 7, "version": "1", "engine": "inprocess", "threads": 8}
        for host, seen in (("one", NOW), ("two", NOW), ("silent", NOW - timedelta(minutes=5))):
            moments = {"started_at": NOW - timedelta(days=1), "seen_at": seen}
            session.add(RunnerProcess(id=f"{host}:7:0", host=host, **process, **moments))
    for count, row in enumerate(rows(number, chance), 1):
        part.append(row)
        if row["state"] is State.FAILED:
            failed = str(row["id"])
        if len(part) == ROWS_AT_ONCE or count == number:
            past = [attempt for each in part for attempt in attempts_of(each)]
            with database.transaction() as session:
                session.execute(insert(RUNS), part)
                if past:
                    session.execute(insert(PastAttempt.__table__), past)
            part = []
    return failed


def tidy(database: Database) -> int:
    """Count what ended in each minute, and let PostgreSQL count its rows, as both do by then."""
    steps, done = 0, False
    while not done:
        with database.transaction() as session:
            done = roll_up(session, datetime.now(UTC))
        steps += 1
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as raw:
            raw.execute(text("VACUUM ANALYZE"))
    return steps


def pages(client: TestClient, failed: str) -> list[str]:
    """Name what there is to see: each page, and the list of runs with each filter."""
    found: list[str] = []
    for path, verbs in client.app.openapi()["paths"].items():
        if path.startswith("/ops") and "get" in verbs and not path.endswith(("login", "{file}")):
            queries = FILTERS if path.endswith("/runs") else ("",)
            found += [path.replace("{run_id}", failed) + query for query in queries]
    return found


def times(client: TestClient, path: str, rounds: int) -> dict[str, float]:
    """Ask for a page again and again; give the milliseconds."""
    took = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        answer = client.get(path)
        took.append(1000 * (time.perf_counter() - began))
        if answer.status_code != HTTPStatus.OK:
            sys.exit(f"{path}: {answer.status_code} {answer.text[:500]}")
    return {
        "median_ms": round(statistics.median(took[1:]), 1),
        "longest_ms": round(max(took[1:]), 1),
        "first_ms": round(took[0], 1),
    }


def main() -> None:
    """Fill, and measure each page."""
    number, rounds = int(sys.argv[1]), int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("DATABASE_URL") or f"sqlite:///{folder}/page.db"
        database = Database(url)
        upgrade(database)
        began = time.perf_counter()
        failed = fill(database, number)
        filled = time.perf_counter()
        steps = tidy(database)
        print(f"filled in {filled - began:.0f} s, counted in {steps} steps", flush=True)
        database.close()
        settings = Settings.model_validate(
            {"database_url": url, "ops_api_key": KEY, "scheduler": False, "runner": False}
        )
        headers = {"X-Ops-Key": KEY}
        with TestClient(create_app(settings), headers=headers, follow_redirects=False) as client:
            figures = {path: times(client, path, rounds) for path in pages(client, failed)}
    for path, row in figures.items():
        print(f"{path}: {row}")
    print(json.dumps({"page": figures}))


if __name__ == "__main__":
    main()
