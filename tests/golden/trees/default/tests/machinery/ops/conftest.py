"""Fixtures for the operators' page: an operator, runs in the ledger, the text of a page."""

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from shop.background import ledger
from shop.background.models import Run, State
from shop.background.work import Work
from shop.database import Database
from shop.settings import Settings

Add = Callable[..., UUID]


@pytest.fixture
def app(app: FastAPI, settings: Settings) -> FastAPI:
    """Give the application a key for operators; nothing runs."""
    settings.ops_api_key = SecretStr("secret")
    settings.runner = settings.scheduler = False
    return app


@pytest.fixture
def operator(client: TestClient) -> TestClient:
    """Send the key with each request."""
    client.headers["X-Ops-Key"] = "secret"
    return client


@pytest.fixture
def add(database: Database) -> Add:
    """Insert a run that is due now; return its id."""

    def add(work: Work, state: State = State.FAILED, **values: object) -> UUID:
        with database.transaction() as session:
            run_id = ledger.add(session, work, datetime.now(UTC), state=state, payload="{}")
            assert run_id is not None
            run = session.get_one(Run, run_id)
            if state in {State.SCHEDULED, State.RUNNING}:
                run.finished_at = None
            for name, value in values.items():
                setattr(run, name, value)
        return run_id

    return add


@pytest.fixture
def text_of() -> Callable[[str], str]:
    """Return what a person reads of some HTML, in one line."""

    def text_of(markup: str) -> str:
        return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())

    return text_of
