"""Fixtures: two kinds of work, runs of them, an operator's browser."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel
from sqlalchemy import select

from shop.background import (
    AcceptedMany,
    Enqueue,
    Every,
    Job,
    RunContext,
    Task,
    ledger,
)
from shop.background.models import Run, State
from shop.database import Database

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FAR = datetime(2099, 1, 1, tzinfo=UTC)


class Note(BaseModel):
    text: str = ""


@pytest.fixture
def mail() -> Task[Note]:
    return Task(name="mail", payload=Note, function=lambda _note, _context: None)


@pytest.fixture
def nightly() -> Job:
    def work(_context: RunContext) -> None:
        pass

    return Job(name="nightly", schedule=Every(HOUR), function=work)


@pytest.fixture
def app(app: FastAPI, mail: Task[Note], nightly: Job) -> FastAPI:
    """Give the application a job and a task."""
    app.state.registry = {"mail": mail, "nightly": nightly}
    return app


@pytest.fixture
def client(operator: TestClient) -> TestClient:
    """Follow no redirect."""
    operator.follow_redirects = False
    return operator


Add = Callable[..., UUID]


@pytest.fixture
def add(database: Database, mail: Task[Note], nightly: Job) -> Add:
    """Insert a run of `mail`, or of the job, that was due some hours after noon."""

    def add(
        state: State = State.FAILED, hour: int = 0, *, job: bool = False, **values: object
    ) -> UUID:
        with database.transaction() as session:
            due_at, work = NOON + hour * HOUR, nightly if job else mail
            run_id = ledger.add(session, work, NOON, due_at=due_at, state=state, payload="{}")
            run = session.get_one(Run, run_id)
            unended = State.QUEUED, State.SCHEDULED, State.RUNNING
            run.finished_at = None if state in unended else NOON + HOUR
            if state is State.SCHEDULED:
                run.available_at = FAR  # else a relay would queue it, since it is due
            for name, value in values.items():
                setattr(run, name, value)
            return run.id

    return add


@pytest.fixture
def add_batch(database: Database, mail: Task[Note]) -> Callable[[int], AcceptedMany]:
    """Queue so many runs as a batch, which another run follows."""

    def add(count: int) -> AcceptedMany:
        with database.transaction() as session:
            enqueue = Enqueue.within(session)
            return enqueue.many(mail, [Note()] * count, then=(mail, Note()))

    return add


@pytest.fixture
def states(database: Database) -> Callable[[], dict[UUID, State | None]]:
    """Read the states of all runs; None if one is dismissed."""

    def read() -> dict[UUID, State | None]:
        with database.snapshot() as session:
            runs = session.scalars(select(Run)).all()
        return {run.id: None if run.dismissed_at else run.state for run in runs}

    return read


@pytest.fixture
def shown(client: TestClient) -> Callable[[str], list[UUID]]:
    """Return the runs to which a page has links, in their order."""

    def read(url: str) -> list[UUID]:
        answer = client.get(url)
        answer.raise_for_status()
        return [UUID(each) for each in re.findall(r'href="/ops/runs/([0-9a-f-]{36})"', answer.text)]

    return read


@pytest.fixture
def target(client: TestClient) -> Callable[[str, str], str]:
    """Return the URL to which a link or button of a page leads, by its text."""

    def read(url: str, text: str) -> str:
        pattern = rf'(?:href|formaction)="([^"]*)">\s*{re.escape(text)}'
        found = re.search(pattern, client.get(url).text)
        assert found, f"no {text} at {url}"
        return unescape(found[1])

    return read
