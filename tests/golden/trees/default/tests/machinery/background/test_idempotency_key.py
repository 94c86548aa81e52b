from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel
from sqlalchemy import func, select

from shop.background import (
    Accepted,
    EnqueueDep,
    RunContext,
    Task,
    ledger,
)
from shop.background.models import Run, State
from shop.database import Database
from shop.settings import Settings
from shop.web.security import name_client


class Order(BaseModel):
    amount: int


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    """Give the application two tasks."""

    def ignore(_payload: Order, _context: RunContext) -> None:
        pass

    charge = Task(name="charge", payload=Order, function=ignore)
    refund = Task(name="refund", payload=Order, function=ignore)
    app.state.registry = {"charge": charge, "refund": refund}

    @app.post("/-/charge", status_code=HTTPStatus.ACCEPTED)
    def accept_charge(payload: Order, enqueue: EnqueueDep) -> Accepted:
        return enqueue(charge, payload)

    @app.post("/-/refund", status_code=HTTPStatus.ACCEPTED)
    def accept_refund(payload: Order, enqueue: EnqueueDep) -> Accepted:
        return enqueue(refund, payload)

    return app


@pytest.fixture
def count(database: Database) -> Callable[[], int]:
    """Count the runs in the ledger."""

    def count() -> int:
        with database.snapshot() as session:
            return session.scalar(select(func.count()).select_from(Run)) or 0

    return count


def test_the_same_key_and_payload_is_one_run_and_one_answer(
    client: TestClient, wait_for: Callable[[UUID, State], Run], count: Callable[[], int]
) -> None:
    """T7: also after the run has ended."""
    first = client.post("/-/charge", json={"amount": 5}, headers={"Idempotency-Key": "k"})
    run_id = UUID(first.json()["run_id"])
    wait_for(run_id, State.SUCCEEDED)

    second = client.post("/-/charge", json={"amount": 5}, headers={"Idempotency-Key": "k"})

    assert second.status_code == HTTPStatus.ACCEPTED
    assert second.json() == {"run_id": str(run_id), "state": "succeeded"}
    assert second.headers["Location"] == first.headers["Location"]
    assert count() == 1


@pytest.mark.usefixtures("only_requests")
def test_requests_with_the_same_key_at_the_same_time_are_one_run(
    client: TestClient, count: Callable[[], int]
) -> None:
    """T7."""
    together = Barrier(4)
    answers: set[str] = set()

    def post() -> None:
        together.wait()
        answer = client.post("/-/charge", json={"amount": 5}, headers={"Idempotency-Key": "k"})
        answers.add(answer.json()["run_id"])

    threads = [Thread(target=post) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 1
    assert count() == 1


@pytest.mark.usefixtures("only_requests")
def test_a_key_with_another_payload_is_refused(
    client: TestClient, count: Callable[[], int]
) -> None:
    """T7."""
    client.post("/-/charge", json={"amount": 5}, headers={"Idempotency-Key": "k"})

    answer = client.post("/-/charge", json={"amount": 6}, headers={"Idempotency-Key": "k"})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert answer.json()["detail"] == [
        {
            "type": "unprocessable",
            "loc": ["header", "idempotency-key"],
            "msg": "Idempotency-Key was used before with another payload",
        }
    ]
    assert count() == 1


@pytest.mark.usefixtures("only_requests")
@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/-/charge", {}),
        ("/-/charge", {"Idempotency-Key": "other"}),
        ("/-/refund", {"Idempotency-Key": "k"}),
    ],
)
def test_no_key_another_key_or_another_task_is_another_run(
    path: str, headers: dict[str, str], client: TestClient, count: Callable[[], int]
) -> None:
    """T7."""
    client.post("/-/charge", json={"amount": 5}, headers={"Idempotency-Key": "k"})

    assert client.post(path, json={"amount": 5}, headers=headers).is_success
    assert count() == 2


@pytest.mark.usefixtures("only_requests")
def test_the_same_key_of_another_client_is_another_run(
    app: FastAPI, client: TestClient, count: Callable[[], int]
) -> None:
    """T7: two clients with the same key do not affect each other."""
    names = iter([None, "web", "cron", "web"])
    app.dependency_overrides[name_client] = lambda: next(names)

    answers = [
        client.post("/-/charge", json={"amount": 5}, headers={"Idempotency-Key": "k"})
        for _ in range(4)
    ]

    runs = [answer.json()["run_id"] for answer in answers]
    assert len(set(runs)) == count() == 3
    assert runs[1] == runs[3]


@pytest.mark.usefixtures("only_requests")
def test_a_key_expires(
    client: TestClient, database: Database, settings: Settings, count: Callable[[], int]
) -> None:
    """T7."""
    headers = {"Idempotency-Key": "k"}
    first = client.post("/-/charge", json={"amount": 5}, headers=headers).json()
    with database.transaction() as session:
        run = session.get_one(Run, UUID(first["run_id"]))
        run.created_at = datetime.now(UTC) - timedelta(hours=settings.idempotency_key_hours)

    second = client.post("/-/charge", json={"amount": 6}, headers=headers)

    assert second.json()["run_id"] != first["run_id"]
    assert count() == 2


@pytest.mark.usefixtures("only_requests")
def test_a_key_whose_run_is_pruned_just_now_is_free(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, count: Callable[[], int]
) -> None:
    """T7."""
    add, found = ledger.add, iter([True])

    def find_it_first(*arguments: Any, **named: Any) -> UUID | None:  # noqa: ANN401
        return None if next(found, False) else add(*arguments, **named)

    monkeypatch.setattr(ledger, "add", find_it_first)

    answer = client.post("/-/charge", json={"amount": 5}, headers={"Idempotency-Key": "k"})

    assert answer.status_code == HTTPStatus.ACCEPTED
    assert count() == 1


@pytest.mark.usefixtures("only_requests")
@pytest.mark.parametrize("key", ["", "x" * 256, "x" * 10_000, "tab\tin it"])
def test_a_key_that_is_no_key_is_refused(
    key: str, client: TestClient, count: Callable[[], int]
) -> None:
    """T7, T8."""
    answer = client.post("/-/charge", json={"amount": 5}, headers={"Idempotency-Key": key})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert answer.json()["detail"][0]["loc"] == ["header", "idempotency-key"]
    assert count() == 0
