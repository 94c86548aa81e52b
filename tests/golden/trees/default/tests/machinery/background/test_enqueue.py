import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

import pytest
from fastapi import APIRouter, FastAPI, HTTPException, Response
from fastapi.testclient import TestClient
from pydantic import BaseModel, ConfigDict, EmailStr
from sqlalchemy import select

from shop.background import (
    Accepted,
    AcceptedMany,
    EnqueueDep,
    RunContext,
    Task,
)
from shop.background.accepted import KeyReusedError
from shop.background.batches import Batch
from shop.background.models import Run, State
from shop.database import Database
from shop.settings import Settings


class Greeting(BaseModel):
    model_config = ConfigDict(extra="forbid")

    email: EmailStr
    text: str = "hello"


GOOD = {"email": "ann@example.com"}


@pytest.fixture
def greeted() -> list[tuple[str, State]]:
    """Collect the names that the task greeted, and the state of its run in the database."""
    return []


@pytest.fixture
def app(app: FastAPI, greeted: list[tuple[str, State]], gate: threading.Event) -> FastAPI:
    """Give the application a task and some endpoints that queue it."""

    def greet(payload: Greeting, context: RunContext) -> None:
        with context.database.transaction() as session:
            greeted.append((payload.email, session.get_one(Run, context.run_id).state))
        if payload.text == "wait":
            gate.wait()

    task = Task(name="greet", payload=Greeting, function=greet)
    router = APIRouter(prefix="/greetings")

    @router.post("", status_code=HTTPStatus.ACCEPTED)
    def accept(payload: Greeting, enqueue: EnqueueDep) -> Accepted:
        return enqueue(task, payload)

    @router.post("/refused")
    def refuse(payload: Greeting, enqueue: EnqueueDep) -> None:
        enqueue(task, payload)
        raise HTTPException(HTTPStatus.CONFLICT)

    @router.post("/many", status_code=HTTPStatus.ACCEPTED)
    def accept_many(payloads: list[Greeting], enqueue: EnqueueDep) -> AcceptedMany:
        return enqueue.many(task, payloads, then=(task, Greeting(email="all@example.com")))

    @router.post("/keyed")
    def accept_once(payload: Greeting, enqueue: EnqueueDep) -> Accepted:
        return enqueue(task, payload, key="k")

    @router.post("/own-response")
    def respond(payload: Greeting, enqueue: EnqueueDep) -> Response:
        enqueue(task, payload)
        return Response("done")

    app.state.registry = {"greet": task}
    app.include_router(router)
    return app


@pytest.fixture
def runs(database: Database) -> Callable[[], Sequence[Run]]:
    """Read the whole ledger."""

    def read() -> Sequence[Run]:
        with database.snapshot() as session:
            return session.scalars(select(Run)).all()

    return read


def test_a_task_is_accepted_and_run_and_its_state_is_at_location(
    client: TestClient,
    wait_for: Callable[[UUID, State], Run],
    greeted: list[tuple[str, State]],
) -> None:
    """T5, T6: it has its own session, which sees the commit of the request."""
    answer = client.post("/greetings", json=GOOD)

    assert answer.status_code == HTTPStatus.ACCEPTED
    run_id = UUID(answer.json()["run_id"])
    assert answer.json()["state"] == "queued"
    assert answer.headers["Location"] == f"/tasks/{run_id}"
    wait_for(run_id, State.SUCCEEDED)
    assert greeted == [("ann@example.com", State.RUNNING)]
    assert client.get(answer.headers["Location"]).json()["state"] == "succeeded"


@pytest.mark.usefixtures("only_requests")
@pytest.mark.parametrize("root", ["/api", "/a/b/"])
def test_where_to_ask_begins_where_the_application_is(app: FastAPI, root: str) -> None:
    with TestClient(app, root_path=root) as client:
        answer = client.post("/greetings", json=GOOD)

    assert answer.headers["Location"] == f"{root.rstrip('/')}/tasks/{answer.json()['run_id']}"


def test_a_task_is_begun_when_the_response_is_out_and_not_at_the_next_poll(
    settings: Settings, app: FastAPI, wait_for: Callable[[UUID, State], Run]
) -> None:
    """T5."""
    settings.poll_seconds, settings.lease_seconds = 60, 600

    with TestClient(app) as client:
        answer = client.post("/greetings", json=GOOD)

        wait_for(UUID(answer.json()["run_id"]), State.SUCCEEDED)


def test_a_task_is_in_the_ledger_before_the_response_leaves(
    settings: Settings, app: FastAPI, runs: Callable[[], Sequence[Run]]
) -> None:
    """T6: no runner runs in this process."""
    settings.runner = False

    with TestClient(app) as client:
        client.post("/greetings", json=GOOD)

        (run,) = runs()
    assert (run.state, run.payload) == (
        State.QUEUED,
        '{"email":"ann@example.com","text":"hello"}',
    )


@pytest.mark.usefixtures("only_requests")
def test_a_request_that_fails_after_it_queued_a_task_has_queued_nothing(
    client: TestClient, runs: Callable[[], Sequence[Run]]
) -> None:
    """T5."""
    assert client.post("/greetings/refused", json=GOOD).status_code == HTTPStatus.CONFLICT
    assert not runs()


def test_an_endpoint_that_gives_a_response_of_its_own_drops_no_task(
    client: TestClient,
    runs: Callable[[], Sequence[Run]],
    wait_until: Callable[[Callable[[], object]], None],
) -> None:
    """T5: the next poll finds it."""
    client.post("/greetings/own-response", json=GOOD)

    wait_until(lambda: [run.state for run in runs()] == [State.SUCCEEDED])


def test_a_request_queues_many_and_what_follows_them(
    client: TestClient,
    wait_until: Callable[[Callable[[], object]], None],
    greeted: list[tuple[str, State]],
) -> None:
    """T5: `Location` is the URL of the only run."""
    one = client.post("/greetings/many", json=[GOOD])
    two = client.post("/greetings/many", json=[GOOD, GOOD])

    assert (one.status_code, two.status_code) == (HTTPStatus.ACCEPTED, HTTPStatus.ACCEPTED)
    assert one.headers["Location"] == f"/tasks/{one.json()['run_ids'][0]}"
    assert "Location" not in two.headers
    wait_until(lambda: [email for email, _ in greeted].count("all@example.com") == 2)
    assert len(greeted) == 5


def test_the_same_request_makes_a_batch_once(
    client: TestClient, runs: Callable[[], Sequence[Run]]
) -> None:
    """T7: other payloads under the same key are refused."""

    def post(key: str, *greetings: dict[str, str]) -> tuple[int, dict[str, Any]]:
        body = list(greetings)
        answer = client.post("/greetings/many", json=body, headers={"Idempotency-Key": key})
        return answer.status_code, answer.json()

    bye = GOOD | {"text": "bye"}
    (_, first), (_, other) = post("a", GOOD, GOOD), post("b", bye, bye)
    _, again = post("a", GOOD, GOOD)

    assert first["batch_id"] == again["batch_id"] != other["batch_id"]
    assert {*first["run_ids"]} == {*again["run_ids"]}
    assert len({run.batch_id for run in runs() if run.batch_id}) == 2
    for others in ([], [GOOD], [GOOD] * 3, [GOOD, bye]):
        assert post("a", *others)[0] == HTTPStatus.UNPROCESSABLE_ENTITY


def test_the_key_of_a_batch_expires(
    client: TestClient, database: Database, settings: Settings
) -> None:
    """T7: as that of a run."""
    headers = {"Idempotency-Key": "k"}
    first = client.post("/greetings/many", json=[GOOD], headers=headers).json()
    with database.transaction() as session:
        batch = session.get_one(Batch, UUID(first["batch_id"]))
        batch.created_at = datetime.now(UTC) - timedelta(hours=settings.idempotency_key_hours)

    second = client.post("/greetings/many", json=[GOOD, GOOD], headers=headers).json()

    assert second["batch_id"] != first["batch_id"]


def test_a_key_of_the_endpoint_stands_before_that_of_the_client(client: TestClient) -> None:
    """T7: another payload under it is an error of the code."""
    answers = [
        client.post("/greetings/keyed", json=GOOD, headers={"Idempotency-Key": key}).json()
        for key in ("a", "b")
    ]

    assert answers[0]["run_id"] == answers[1]["run_id"]
    with pytest.raises(KeyReusedError, match="the key 'k' came with another payload before"):
        client.post("/greetings/keyed", json=GOOD | {"text": "bye"})


def test_endpoints_answer_while_more_tasks_hang_than_there_are_threads(
    client: TestClient,
    settings: Settings,
    runs: Callable[[], Sequence[Run]],
    gate: threading.Event,
) -> None:
    """T2: also sync endpoints that use the database."""
    for _ in range(60):
        answer = client.post("/greetings", json=GOOD | {"text": "wait"})

    assert client.get("/health/ready").is_success
    assert client.get(answer.headers["Location"]).json()["state"] == "queued"
    assert sum(run.state is State.RUNNING for run in runs()) <= settings.runner_threads
    gate.set()


@pytest.mark.usefixtures("only_requests")
@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": "ann@example.com\nBcc: eve@example.com"}, "email"),
        (GOOD | {"text": 3}, "text"),
        (GOOD | {"html": "x"}, "html"),
        ({}, "email"),
    ],
)
def test_a_bad_payload_is_refused_with_the_field_and_nothing_is_queued(
    payload: dict[str, object],
    field: str,
    client: TestClient,
    runs: Callable[[], Sequence[Run]],
) -> None:
    """T8."""
    answer = client.post("/greetings", json=payload)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert [error["loc"] for error in answer.json()["detail"]] == [["body", field]]
    assert not runs()


@pytest.mark.usefixtures("only_requests")
def test_a_payload_of_ten_megabytes_is_refused(
    client: TestClient, runs: Callable[[], Sequence[Run]]
) -> None:
    """T8."""
    answer = client.post("/greetings", json=GOOD | {"text": "x" * 10_000_000})

    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert not runs()


def test_a_process_that_shuts_down_accepts_nothing_and_says_when_to_come_back(
    app: FastAPI, client: TestClient, runs: Callable[[], Sequence[Run]]
) -> None:
    """T6."""
    app.state.background.runner.stop()

    for path, body in {"/greetings": GOOD, "/greetings/many": [GOOD]}.items():
        answer = client.post(path, json=body)

        assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        assert answer.json() == {"detail": "this process is shutting down"}
        assert answer.headers["Retry-After"] == "1"
    assert not runs()
