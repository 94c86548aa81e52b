import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel, SecretStr

from shop.background import RunContext, Task, ledger
from shop.background.models import Run, State
from shop.database import Database
from shop.settings import Settings

KEY = {"X-Ops-Key": "secret"}


class Nothing(BaseModel):
    pass


@pytest.fixture
def broken() -> list[str]:
    """Return a list; while it has an entry, the task fails."""
    return ["the disk"]


@pytest.fixture
def task(broken: list[str]) -> Task[Nothing]:
    def work(_payload: Nothing, _context: RunContext) -> None:
        if broken:
            raise OSError(*broken)

    return Task(name="work", payload=Nothing, function=work)


@pytest.fixture
def app(app: FastAPI, settings: Settings, task: Task[Nothing]) -> FastAPI:
    """Give the application a task, a key for operators, and rare polls."""
    settings.ops_api_key = SecretStr("secret")
    settings.poll_seconds, settings.lease_seconds = 60, 600
    app.state.registry = {"work": task}
    return app


@pytest.fixture
def fail(
    app: FastAPI,
    client: TestClient,
    task: Task[Nothing],
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
) -> Callable[[], UUID]:
    """Make a run of the started application fail for good; return its id."""
    assert client.get("/health/live").is_success

    def fail() -> UUID:
        run_id = queue(task)
        app.state.background.runner.wake()
        return wait_for(run_id, State.FAILED).id

    return fail


@pytest.fixture
def letter(fail: Callable[[], UUID]) -> UUID:
    """Give a dead letter."""
    return fail()


def failed(client: TestClient, **page: int) -> list[str]:
    answer = client.get("/tasks/failed", headers=KEY, params=page)
    return [run["id"] for run in answer.json()]


def test_a_dead_letter_is_listed_with_what_an_operator_needs(
    client: TestClient, letter: UUID
) -> None:
    """T9."""
    (shown,) = client.get("/tasks/failed", headers=KEY).json()

    assert shown["id"] == str(letter)
    assert (shown["name"], shown["state"], shown["attempt"]) == ("work", "failed", 1)
    assert (shown["error"], shown["payload"]) == ("OSError: the disk", "{}")
    assert shown["due_at"] <= shown["started_at"] <= shown["finished_at"]


def test_dead_letters_are_listed_newest_first_and_by_page(
    client: TestClient,
    letter: UUID,
    fail: Callable[[], UUID],
    database: Database,
) -> None:
    """T9: tasks only; the runs of a job are listed with the job."""
    newer, job = fail(), fail()
    with database.transaction() as session:
        session.get_one(Run, job).kind = "job"

    assert failed(client) == [str(newer), str(letter)]
    assert failed(client, limit=1, offset=1) == [str(letter)]
    assert client.get("/tasks/failed?limit=201", headers=KEY).status_code == 422


def test_a_dead_letter_is_run_again(
    client: TestClient,
    letter: UUID,
    broken: list[str],
    wait_for: Callable[[UUID, State], Run],
) -> None:
    """T9."""
    broken.clear()

    answer = client.post(f"/tasks/{letter}/retry", headers=KEY)

    assert answer.status_code == HTTPStatus.ACCEPTED
    assert (answer.json()["state"], answer.json()["finished_at"]) == ("queued", None)
    assert wait_for(letter, State.SUCCEEDED).attempt == 2
    assert failed(client) == []
    assert client.post(f"/tasks/{letter}/retry", headers=KEY).status_code == HTTPStatus.CONFLICT


def test_what_one_operator_decides_another_one_waits_for(
    client: TestClient, database: Database, letter: UUID
) -> None:
    with ThreadPoolExecutor() as other:
        with database.transaction() as session:
            run = session.get_one(Run, letter, with_for_update=True)
            run.dismissed_at = datetime.now(UTC)
            session.flush()
            answer = other.submit(client.post, f"/tasks/{letter}/retry", headers=KEY)
            wait([answer], timeout=0.2)
        assert answer.result().status_code == HTTPStatus.CONFLICT


def test_a_dead_letter_that_fails_again_is_a_dead_letter_again(
    client: TestClient,
    letter: UUID,
    find: Callable[[UUID], Run],
    wait_until: Callable[[Callable[[], object]], None],
) -> None:
    """T9."""
    client.post(f"/tasks/{letter}/retry", headers=KEY)

    wait_until(lambda: find(letter).attempt == 2 and find(letter).state is State.FAILED)
    assert failed(client) == [str(letter)]


def test_a_dismissed_dead_letter_is_off_the_list_and_stays_in_the_ledger(
    client: TestClient, letter: UUID, find: Callable[[UUID], Run]
) -> None:
    """T9."""
    answer = client.post(f"/tasks/{letter}/dismiss", headers=KEY)

    assert answer.status_code == HTTPStatus.NO_CONTENT
    assert failed(client) == []
    assert find(letter).state is State.FAILED
    again = client.post(f"/tasks/{letter}/dismiss", headers=KEY)
    assert again.json() == {"detail": f"run {letter} is failed, not a dead letter"}


@pytest.mark.parametrize("what", ["retry", "dismiss", "cancel"])
def test_only_operators_touch_dead_letters(client: TestClient, letter: UUID, what: str) -> None:
    """T9."""
    path = f"/tasks/{letter}/{what}"

    assert client.post(path).status_code == HTTPStatus.UNAUTHORIZED
    assert client.post(path, headers={"X-Ops-Key": "x"}).status_code == HTTPStatus.UNAUTHORIZED
    assert client.get("/tasks/failed").status_code == HTTPStatus.UNAUTHORIZED
    assert failed(client) == [str(letter)]


def test_whoever_has_its_id_may_ask_how_a_run_went_but_not_why(
    client: TestClient, letter: UUID
) -> None:
    """T9: payload and error text are for operators."""
    shown = client.get(f"/tasks/{letter}").json()
    details = client.get(f"/tasks/{letter}", headers=KEY).json()

    assert (shown["state"], shown["error"], shown["payload"]) == ("failed", None, None)
    assert (details["error"], details["payload"]) == ("OSError: the disk", "{}")


def test_a_run_that_waits_is_cancelled_and_counted(
    app: FastAPI, task: Task[Nothing], database: Database
) -> None:
    """T9: once; a second request is refused."""
    counted: list[tuple[object, ...]] = []
    app.state.observe = lambda *what: counted.append(what)
    now = datetime.now(UTC)
    with database.transaction() as session:
        run_id = ledger.add(session, task, now, due_at=now + timedelta(days=1))
    with TestClient(app, headers=KEY) as client:
        answer = client.post(f"/tasks/{run_id}/cancel")

        assert answer.status_code == HTTPStatus.ACCEPTED
        shown = answer.json()
        assert (shown["state"], shown["attempts"]) == ("cancelled", [])
        assert shown["finished_at"] == shown["cancel_asked_at"]
        again = client.post(f"/tasks/{run_id}/cancel")
        assert again.status_code == HTTPStatus.CONFLICT
        assert again.json() == {"detail": f"run {run_id} has ended: it is cancelled"}
        assert failed(client) == []
    assert counted == [("task", "work", State.CANCELLED, None)]


def test_a_run_that_runs_is_asked_to_stop(
    app: FastAPI,
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    wait_until: Callable[[Callable[[], object]], None],
) -> None:
    """T9: it is counted when it has ended."""
    counted: list[tuple[object, ...]] = []
    app.state.observe = lambda _kind, name, state, _seconds: counted.append((name, state))

    def hang(_payload: Nothing, context: RunContext) -> None:
        while not context.cancelled:
            threading.Event().wait(0.01)

    task = Task(name="hang", payload=Nothing, function=hang)
    app.state.registry = {"hang": task}
    run_id = queue(task)
    with TestClient(app, headers=KEY) as client:
        wait_for(run_id, State.RUNNING)

        answer = client.post(f"/tasks/{run_id}/cancel")

        assert (answer.status_code, answer.json()["state"]) == (HTTPStatus.ACCEPTED, "running")
        wait_for(run_id, State.CANCELLED)
        wait_until(lambda: counted == [("hang", State.CANCELLED)])


def test_a_run_that_is_not_there_or_is_not_a_tasks_is_not_found(
    client: TestClient, letter: UUID, database: Database
) -> None:
    """T9."""
    with database.transaction() as session:
        session.get_one(Run, letter).kind = "job"

    for run_id in (letter, uuid4()):
        missing = {"detail": f"no run {run_id}"}
        assert client.get(f"/tasks/{run_id}").json() == missing
        for what in ("retry", "cancel"):
            assert client.post(f"/tasks/{run_id}/{what}", headers=KEY).json() == missing
    assert client.get("/tasks/7").status_code == HTTPStatus.UNPROCESSABLE_ENTITY
