"""What is in the database of a service of 0.1.0: read, added to, and compared with a later one."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

STATES = (
    *("queued", "running", "succeeded", "failed", "timed_out", "interrupted", "lost"),
    *("missed", "coalesced", "skipped"),
)
"""Every state of a run that 0.1.0 knows."""
COUNTED = "and 50 due times before this one"
RENAMED = {
    "runs": "fastforge_runs",
    "apscheduler_jobs": "fastforge_stored_jobs",
    "scheduler_processes": "fastforge_scheduler_processes",
    "paused_jobs": "fastforge_paused_jobs",
}
DROPPED = {"alembic_version", "apscheduler_runtime_jobs"}
"""Alembic's own table, and one that no version has used."""

_ALL = 'SELECT * FROM "{}"'
Row = dict[str, object]
Tables = dict[str, dict[str, Row]]


def read(file: Path) -> Tables:
    """Give the rows of all tables of a database, by table and key."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        kinds = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        names = [row["name"] for row in connection.execute(kinds)]
        return {
            name: {str(row[0]): dict(row) for row in connection.execute(_ALL.format(name))}
            for name in names
        }


def differences(before: Tables, after: Tables) -> Iterator[str]:
    """Tell what of the rows of 0.1.0 is not as it was, but for what its successor keeps elsewhere.

    A lease that ended at a time is a process that holds the run now, and a count has its column.
    """
    for table, rows in before.items():
        now = after.get(RENAMED.get(table, table), {})
        for key, row in rows.items() if table not in DROPPED else ():
            wanted = dict(row)
            if table == "runs":
                held = wanted.pop("lease_until") or row["state"] == "running"
                wanted["held_by"] = row["owner"] if held else None
                counted = row["error"] == COUNTED
                wanted |= {"error": None if counted else row["error"], "earlier": 50 * counted}
            found = {name: now.get(key, {}).get(name, "nothing") for name in wanted}
            if found != wanted:
                yield f"{table} {key}: {wanted} is {found}"


def without_leases(tables: Tables) -> Tables:
    """Leave out the ends of leases, which no downgrade can know: they count as ended."""
    return {
        table: {
            key: {name: value for name, value in row.items() if name != "lease_until"}
            for key, row in rows.items()
        }
        for table, rows in tables.items()
    }


def add(file: Path) -> None:
    """Insert a payment, and a run of every state: it ended an hour ago, or waits until 2099.

    No code knows the names of these runs, so they stay as they are.
    """
    ago = f"{datetime.now(UTC) - timedelta(hours=1):%Y-%m-%d %H:%M:%S.%f}"
    with closing(sqlite3.connect(file)) as connection, connection:
        for table, row in new_rows(ago):
            _insert(connection, table, row)


def new_rows(ago: str) -> Iterator[tuple[str, Row]]:
    """Give a run of every state, and a payment, each with its table; `ago` is when they ended."""
    for number, state in enumerate(STATES, start=1):
        yield "runs", _run(number, state, ago)
    payment = {"reference": "order-7", "amount": 1250, "currency": "EUR"}
    yield "payments", payment | {"id": UUID(int=7).hex, "charge_id": "c", "created_at": ago}


def let_be_due(file: Path, job: str, seconds: int) -> datetime:
    """Let a job have been due at its last multiple of `seconds`, while nothing ran; give that."""
    due_at = time.time() // seconds * seconds
    with closing(sqlite3.connect(file)) as connection, connection:
        change = "UPDATE apscheduler_jobs SET next_run_time = ? WHERE id = ?"
        connection.execute(change, (due_at, job))
    return datetime.fromtimestamp(due_at, UTC)


def _run(number: int, state: str, ago: str) -> Row:
    waits = state == "queued"
    return {
        "id": UUID(int=number).hex,
        "kind": "job" if state in {"missed", "coalesced", "skipped"} else "task",
        "name": f"old_{state}",
        "unique_key": f"key of {state}",
        "payload": f'{{"of": "{state}"}}',
        "state": state,
        "attempt": 0 if waits else number,
        "error": COUNTED if state == "coalesced" else f"why it is {state}",
        "owner": None if waits else "a host:7:abc",
        "lease_until": ago if state in {"running", "timed_out"} else None,
        "created_at": ago,
        "due_at": "2099-03-01 12:00:00.000000" if waits else ago,
        "available_at": "2099-03-01 12:00:00.000000" if waits else ago,
        "started_at": None if waits else ago,
        "finished_at": None if state in {"queued", "running"} else ago,
        "dismissed_at": ago if state == "lost" else None,
    }


def _insert(connection: sqlite3.Connection, table: str, row: Row) -> None:
    names, places = ", ".join(row), ", ".join(f":{name}" for name in row)
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", row)  # noqa: S608
