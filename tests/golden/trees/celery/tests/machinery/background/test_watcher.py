"""A process runs at once what another one queues; its polls are an hour apart."""

import logging
import threading
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from pydantic import BaseModel, SecretStr
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from shop.background import RunContext, Task
from shop.background.dead_letters import DeadLetters
from shop.background.execution import no_observer
from shop.background.heartbeat import Heartbeat
from shop.background.models import Run, State
from shop.background.scheduling import Every, Job
from shop.background.scheduling.due import Due, record
from shop.background.services import Services
from shop.background.watcher import Watcher
from shop.database import Database
from shop.main import create_app
from shop.settings import Settings

WaitFor = Callable[[UUID, State], Run]
WaitUntil = Callable[[Callable[[], object]], None]


class Nothing(BaseModel):
    pass


def ignore(_payload: Nothing, _context: RunContext) -> None:
    pass


def do_nothing(_context: RunContext) -> None:
    """Be the function of a job."""


TASK = Task(name="work", payload=Nothing, function=ignore, idempotent=True)
JOB = Job(name="report", schedule=Every(timedelta(hours=1)), function=do_nothing)
REGISTRY = {TASK.name: TASK, JOB.name: JOB}


@pytest.fixture(autouse=True)
def _another_process(
    settings: Settings, queue: Callable[..., UUID], wait_for: WaitFor
) -> Iterator[None]:
    """Start another process, with connections of its own, that runs all the work."""
    seldom = {"poll_seconds": 3600, "lease_seconds": 36_000, "scheduler": False}
    database = Database(settings.database_url)
    changed = settings.model_copy(update=seldom)
    services = Services.build(changed, database, REGISTRY, no_observer)
    services.start()
    wait_for(queue(TASK), State.SUCCEEDED)  # it has begun to watch
    yield
    services.stop()
    database.close()


def test_it_runs_what_another_one_queues(queue: Callable[..., UUID], wait_for: WaitFor) -> None:
    for _ in range(3):
        wait_for(queue(TASK), State.SUCCEEDED)


def test_it_runs_the_due_times_that_another_one_records(
    database: Database, wait_for: WaitFor
) -> None:
    now = datetime.now(UTC)
    with database.transaction() as session:
        record(session, [Due(JOB.name, [now])], REGISTRY, now)
        run_id = session.scalars(select(Run.id).where(Run.name == JOB.name)).one()

    wait_for(run_id, State.SUCCEEDED)


def test_it_runs_what_is_run_now_or_retried_in_a_process_without_a_runner(
    settings: Settings, insert_run: Callable[..., UUID], session: Session, wait_for: WaitFor
) -> None:
    failed = insert_run(TASK, State.FAILED, payload="{}")
    session.commit()
    own = {"ops_api_key": SecretStr("secret"), "runner": False, "scheduler": False}
    app = create_app(settings.model_copy(update=own), REGISTRY)

    with TestClient(app, headers={"X-Ops-Key": "secret"}) as client:
        for path in (f"/tasks/{failed}/retry", "/jobs/report/run"):
            answer = client.post(path)
            assert answer.status_code == HTTPStatus.ACCEPTED
            wait_for(UUID(answer.json()["id"]), State.SUCCEEDED)


def test_it_runs_what_was_cut_off_and_is_queued_again(
    settings: Settings,
    database: Database,
    insert_run: Callable[..., UUID],
    session: Session,
    wait_for: WaitFor,
) -> None:
    run_id = insert_run(TASK, State.INTERRUPTED, payload="{}")
    session.commit()

    Heartbeat("third", database, REGISTRY, no_observer, DeadLetters(settings)).beat_if_due([])

    wait_for(run_id, State.SUCCEEDED)


def test_it_runs_what_a_process_that_ends_has_claimed_and_not_begun(
    settings: Settings,
    database: Database,
    insert_run: Callable[..., UUID],
    session: Session,
    wait_for: WaitFor,
) -> None:
    ends = Heartbeat("third", database, REGISTRY, no_observer, DeadLetters(settings))
    run_id = insert_run(TASK, held_by="third", owner="third", payload="{}")
    session.commit()
    ends.never_begun.add(run_id)

    ends.leave()

    wait_for(run_id, State.SUCCEEDED)


def test_it_listens_again_when_its_connection_was_lost(
    database: Database, queue: Callable[..., UUID], wait_for: WaitFor, wait_until: WaitUntil
) -> None:
    here = "FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"

    def listening() -> set[int]:
        with database.snapshot() as session:
            return set(session.scalars(text(f"SELECT pid {here}")))

    wait_until(listening)
    before = listening()
    with database.transaction() as session:
        session.execute(text(f"SELECT pg_terminate_backend(pid, 5000) {here}"))
    wait_until(lambda: listening() - before)

    wait_for(queue(TASK), State.SUCCEEDED)


def test_while_the_database_cannot_be_watched_that_is_said_once_and_tried_again(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(
        "shop.background.watcher.RETRY_SECONDS",
        0,
    )
    woken, failures = threading.Event(), 3

    def watch(_engine: Engine, stopped: threading.Event) -> Generator[bool, None, None]:
        nonlocal failures
        failures -= 1
        if failures > 0:
            raise OperationalError(None, None, Exception("gone"))
        while not stopped.wait(0.01):
            yield False
            yield True

    monkeypatch.setattr("shop.background.watcher.watch", watch)
    watcher = Watcher(database, woken.set)
    with caplog.at_level(logging.ERROR):
        watcher.start()
        assert woken.wait(30)
        watcher.stop()

    said = [line for line in caplog.messages if "noticed at the next poll" in line]
    assert said == ["queued runs are noticed at the next poll only; trying again: gone"]
