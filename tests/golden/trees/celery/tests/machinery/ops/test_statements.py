"""No page reads the whole ledger: that would take seconds when it has a million runs."""

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from shop.background import Every, Job
from shop.background.models import State
from shop.database import Database

Values = Sequence[Any] | Mapping[str, Any]
JOB = Job(name="work", schedule=Every(timedelta(days=1)), function=lambda _context: None)
FILTERS = (
    "",
    "state=failed",
    "state=failed&state=lost&from=2026-11-29T12:00:00Z",
    "name=work",
    "name=work&state=succeeded",
    "kind=job",
    "error=disk",
    "error=disk&name=work",
    "dismissed=false&state=failed&state=lost",
)
SCAN = re.compile(r"Seq Scan on fastforge_(runs|attempts)")
ONE = re.compile(r"WHERE fastforge_\w+\.(id|run_id|batch_id|held_by) (=|IN|>) ")
"""These have few rows of the ledger, whatever else it has."""


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    """Give the application one job."""
    app.state.registry = {"work": JOB}
    return app


@pytest.fixture
def failed(add: Callable[..., UUID]) -> UUID:
    """Insert a run that failed at its second attempt."""
    add(JOB, State.SUCCEEDED)
    return add(JOB, State.FAILED, attempt=2, error="the disk")


def urls(app: FastAPI, run_id: UUID) -> list[str]:
    """Return the URL of each page, and those of lists with filters."""
    found = []
    for path, verbs in app.openapi()["paths"].items():
        if path.startswith("/ops") and "get" in verbs and not path.endswith(("login", "{file}")):
            queries = FILTERS if path.endswith("/runs") else ("",)
            url = path.replace("{run_id}", str(run_id))
            assert "{" not in url, f"say here how to fill in {path}"
            found += [f"{url}?{query}" for query in queries]
    return found


def sent_for(database: Database, client: TestClient, url: str) -> list[tuple[str, Values]]:
    """Ask for a page; return what it reads from the ledger."""
    sent: list[tuple[str, Values]] = []

    def note(_connection: object, _cursor: object, sql: str, values: Values, *_: object) -> None:
        asked_for = threading.current_thread().name == "AnyIO worker thread"  # not the background's
        if asked_for and re.search("FROM fastforge_(runs|attempts)", sql):
            sent.append((sql, values))

    event.listen(database.engine, "before_cursor_execute", note)
    answer = client.get(url)
    event.remove(database.engine, "before_cursor_execute", note)
    assert answer.status_code == 200, answer.text
    return sent


def plan(session: Session, sql: str, values: Values) -> str:
    """Return how the database would read it."""
    session.execute(text("SET LOCAL enable_seqscan = off"))  # which is as quick in a small table
    steps = session.connection().exec_driver_sql(f"EXPLAIN {sql}", values)
    return "\n".join(row[0] for row in steps)


def test_pages_read_the_ledger_by_its_indexes_and_up_to_a_limit(
    app: FastAPI, operator: TestClient, failed: UUID
) -> None:
    """S13: each statement of each page."""
    database: Database = app.state.database
    pages = urls(app, failed)
    sent = {url: sent_for(database, operator, url) for url in pages}
    assert all(sent.values())
    read = {(url, sql): values for url, each in sent.items() for sql, values in each}

    with database.transaction() as session:
        plans = {place: plan(session, place[1], values) for place, values in read.items()}

    assert [place for place, found in plans.items() if SCAN.search(found)] == []
    assert [place for place in plans if "LIMIT" not in place[1] and not ONE.search(place[1])] == []
