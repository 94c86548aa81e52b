"""The service is told of each run that failed for good, in the transaction that records it."""

# ruff: noqa: PLR0913, PLR0917 (fixtures are arguments)
import logging
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from shop.background import (
    DeadLetter,
    Enqueue,
    RunContext,
    Task,
    cancel,
    endings,
)
from shop.background.claim import Claimed
from shop.background.dead_letters import DeadLetters, log
from shop.background.models import Run, State
from shop.background.outcomes import Outcome
from shop.background.runner import Runner
from shop.settings import Settings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DOWN = Outcome(State.FAILED, OSError("down"))


class Note(BaseModel):
    text: str = ""


def fail(_note: Note, _context: RunContext) -> None:
    raise OSError("down")


WORK = Task(name="work", payload=Note, function=fail)
ALERT = Task(name="alert", payload=Note, function=lambda _note, _context: None)
InsertRun = Callable[..., UUID]


@pytest.fixture
def told() -> list[DeadLetter]:
    """Collect what the service was told."""
    return []


@pytest.fixture
def letters(settings: Settings, told: list[DeadLetter]) -> DeadLetters:
    """Tell a service that queues an alert."""

    def on_dead_letter(dead: DeadLetter, enqueue: Enqueue) -> None:
        told.append(dead)
        enqueue(ALERT, Note(text=dead.name))

    return DeadLetters(settings, on_dead_letter)


@pytest.fixture
def alerts(session: Session) -> Callable[[], list[str | None]]:
    """Read the payloads of the alerts that are queued."""
    return lambda: list(session.scalars(select(Run.payload).where(Run.name == "alert")))


def claimed(run_id: UUID) -> Claimed:
    return Claimed(run_id, "task", "work", 1, NOW, None, "gone")


def test_it_is_told_of_a_run_that_failed_for_good(
    session: Session,
    insert_run: InsertRun,
    letters: DeadLetters,
    told: list[DeadLetter],
    alerts: Callable[[], list[str | None]],
) -> None:
    run_id = insert_run(WORK)

    endings.record(session, [(claimed(run_id), DOWN)], NOW, letters)

    dead = DeadLetter(run_id, "task", "work", State.FAILED, 1, "OSError: down", letters.settings)
    assert told == [dead]
    assert alerts() == ['{"text":"work"}']


@pytest.mark.parametrize(
    "outcome", [Outcome(State.SUCCEEDED), Outcome(State.QUEUED, OSError(), NOW)]
)
def test_it_is_not_told_of_another_end(
    outcome: Outcome,
    session: Session,
    insert_run: InsertRun,
    letters: DeadLetters,
    told: list[DeadLetter],
) -> None:
    endings.record(session, [(claimed(insert_run(WORK)), outcome)], NOW, letters)

    assert told == []


def test_it_is_not_told_of_a_run_that_was_cancelled_or_that_another_process_has(
    session: Session, insert_run: InsertRun, letters: DeadLetters, told: list[DeadLetter]
) -> None:
    cancelled = insert_run(WORK, cancel_asked_at=NOW)
    taken_over = insert_run(WORK, attempt=2)

    ended = [(claimed(run_id), DOWN) for run_id in (cancelled, taken_over)]
    endings.record(session, ended, NOW, letters)

    assert told == []


@pytest.mark.parametrize("state", [State.FAILED, State.LOST])
def test_it_is_told_once_of_an_end_that_is_recorded_again(
    state: State,
    session: Session,
    insert_run: InsertRun,
    letters: DeadLetters,
    told: list[DeadLetter],
) -> None:
    """T10: the answer to the commit was lost, or a sweep found it lost before."""
    run_id, other = (insert_run(WORK, state, finished_at=NOW) for _ in range(2))
    assert letters.told(session, [run_id]) == {run_id} != {other}

    endings.record(session, [(claimed(run_id), DOWN)], NOW, letters)

    assert session.get_one(Run, run_id, populate_existing=True).error == "OSError: down"
    assert told == []


def test_an_error_of_it_is_logged_and_undoes_only_what_it_did(
    session: Session,
    insert_run: InsertRun,
    settings: Settings,
    alerts: Callable[[], list[str | None]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """T6: the record of the dead letter stays."""

    def fail_for_one(dead: DeadLetter, enqueue: Enqueue) -> None:
        enqueue(ALERT, Note(text=str(dead.run_id)))
        if dead.run_id == bad:
            session.execute(text("SELECT nonsense"))

    bad, good = insert_run(WORK), insert_run(WORK)
    ended = [(claimed(run_id), DOWN) for run_id in (bad, good)]

    endings.record(session, ended, NOW, DeadLetters(settings, fail_for_one))

    states = session.scalars(select(Run.state).where(Run.name == "work"))
    assert list(states) == [State.FAILED, State.FAILED]
    assert alerts() == [f'{{"text":"{good}"}}']
    [record] = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert record.getMessage() == f"on_dead_letter failed for run {bad} of work"


def test_a_run_that_raises_and_one_that_times_out_are_dead_letters(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_until: Callable[[Callable[[], object]], None],
    told: list[DeadLetter],
    letters: DeadLetters,
    gate: threading.Event,
) -> None:
    """T4: a timeout at once."""
    late = Task(
        name="late",
        payload=Note,
        function=lambda _note, _context: gate.wait(),
        timeout=timedelta(milliseconds=20),
    )
    start_runner(WORK, late, ALERT, on_dead_letter=letters.on_dead_letter)

    ids = {queue(WORK): State.FAILED, queue(late): State.TIMED_OUT}

    wait_until(lambda: {dead.run_id: dead.state for dead in told} == ids)
    assert not gate.is_set()


def test_a_run_that_a_sweep_finds_lost_is_a_dead_letter(
    start_runner: Callable[..., Runner],
    session: Session,
    insert_run: InsertRun,
    wait_until: Callable[[Callable[[], object]], None],
    told: list[DeadLetter],
    letters: DeadLetters,
) -> None:
    """S2: one that is run again is none."""
    again = Task(name="again", payload=Note, function=ALERT.function, idempotent=True)
    lost = insert_run(WORK)
    insert_run(again, payload=Note().model_dump_json())
    session.commit()

    start_runner(WORK, again, ALERT, on_dead_letter=letters.on_dead_letter)

    wait_until(lambda: told)
    assert [(dead.run_id, dead.state) for dead in told] == [(lost, State.LOST)]


def test_after_a_sweep_it_is_told_of_what_that_sweep_lost(
    session: Session, insert_run: InsertRun, letters: DeadLetters, told: list[DeadLetter]
) -> None:
    """S2: not of an earlier one again, nor of what failed meanwhile."""
    lost = insert_run(WORK, State.LOST, finished_at=NOW)
    insert_run(WORK, State.LOST, finished_at=NOW - timedelta(hours=1))
    insert_run(WORK, State.FAILED, finished_at=NOW)

    endings.follow_sweep(session, Counter({("work", State.LOST): 1}), NOW, letters)

    assert [(dead.run_id, dead.error) for dead in told] == [(lost, "")]


def test_a_service_without_a_function_of_its_own_logs_it(
    session: Session, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    run_id = uuid4()
    dead = DeadLetter(run_id, "job", "sync", State.TIMED_OUT, 3, "took longer", settings)

    log(dead, Enqueue.within(session))

    [record] = caplog.records
    expected = f"job sync, run {run_id}, attempt 3, is timed out for good: took longer"
    assert (record.levelno, record.getMessage()) == (logging.ERROR, expected)


def test_a_batch_whose_last_run_is_cancelled_ends(session: Session) -> None:
    queued = Enqueue.within(session).many(WORK, [Note()], then=(ALERT, Note()))

    assert cancel(session, queued.run_ids[0], NOW) is State.CANCELLED

    assert session.get_one(Run, queued.batch_id).name == "alert"


def test_a_shutdown_ends_the_batch_of_a_run_that_was_to_stop(session: Session) -> None:
    """T6: no other process runs it."""
    queued = Enqueue.within(session).many(WORK, [Note()], then=(ALERT, Note()))
    session.execute(update(Run).values(state=State.RUNNING, held_by="me", started_at=NOW))
    assert cancel(session, queued.run_ids[0], NOW) is State.RUNNING

    endings.leave(session, "me", [], NOW)

    follower = session.get_one(Run, queued.batch_id)
    assert (follower.name, follower.created_at) == ("alert", NOW)
