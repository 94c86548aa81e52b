# ruff: noqa: PLR0913, PLR0917 (fixtures are arguments)
"""Runs and requests while the disk is full."""

import threading
from collections.abc import Callable
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel
from sqlalchemy import Connection, event

from shop.background import (
    Accepted,
    EnqueueDep,
    RunContext,
    Task,
)
from shop.background.models import Run, State
from shop.background.runner import Runner
from shop.database import Database


class Words(BaseModel):
    text: str = ""


def ignore(_payload: Words, _context: RunContext) -> None:
    pass


class Disk:
    """The disk of a database; while it is full, the database cannot grow."""

    full = False

    def __init__(self, database: Database) -> None:
        event.listen(database.engine, "begin", self._limit)

    def _limit(self, connection: Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar() if self.full else 10**6
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


def test_a_request_is_told_to_come_back_and_leaves_nothing(
    app: FastAPI, client: TestClient
) -> None:
    """T5: accepted tasks are in the ledger, refused ones are not."""
    task = Task(name="store", payload=Words, function=ignore)

    @app.post("/-/store")
    def store(words: Words, enqueue: EnqueueDep) -> Accepted:
        return enqueue(task, words)

    disk, long = Disk(app.state.database), {"text": "x" * 100_000}
    disk.full = True
    refused = client.post("/-/store", json=long)
    with app.state.database.snapshot() as session:
        assert session.query(Run).count() == 0
    disk.full = False
    accepted = client.post("/-/store", json=long)

    assert refused.status_code == 503
    assert refused.json() == {"detail": "the database cannot be used"}
    assert accepted.status_code == 200


def test_the_end_of_a_run_is_recorded_when_there_is_room_again(
    database: Database,
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    wait_until: Callable[[Callable[[], object]], None],
    gate: threading.Event,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """T1, S15."""

    def fail_at_length(_payload: Words, _context: RunContext) -> None:
        gate.wait()
        raise ValueError("x" * 1_900)

    task = Task(name="work", payload=Words, function=fail_at_length)
    runs = [queue(task) for _ in range(8)]
    disk = Disk(database)
    start_runner(task)
    for run_id in runs:
        wait_for(run_id, State.RUNNING)

    disk.full = True
    gate.set()
    wait_until(lambda: "the ledger cannot be used" in caplog.text)
    disk.full = False

    for run_id in runs:
        assert wait_for(run_id, State.FAILED).attempt == 1
