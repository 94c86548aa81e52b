"""Tasks queued from anywhere: from a job, a task, or a service that has only a session."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from inspect import signature
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel
from sqlalchemy import event, select

from shop.background import (
    AcceptedMany,
    Enqueue,
    RunContext,
    Task,
)
from shop.background.accepted import KeyReusedError
from shop.background.models import Run, State
from shop.background.runner import Runner
from shop.database import Database
from shop.settings import Settings

HOUR = timedelta(hours=1)


class Note(BaseModel):
    text: str = ""


def ignore(_note: Note, _context: RunContext) -> None:
    pass


NOTE = Task(name="note", payload=Note, function=ignore, priority=3)


class RefusedError(Exception):
    """An error of a test's function."""


@pytest.fixture
def context(settings: Settings, database: Database) -> RunContext:
    """Make the context of a first attempt."""
    return RunContext(uuid4(), "asks", 1, datetime.now(UTC), settings, database)


@pytest.fixture
def notes(database: Database) -> Callable[[], list[Run]]:
    """Read the queued runs of the task."""

    def read() -> list[Run]:
        with database.snapshot() as session:
            return list(session.scalars(select(Run).where(Run.name == "note")))

    return read


def test_a_task_is_queued_at_once_where_no_transaction_is_open(
    context: RunContext, notes: Callable[[], list[Run]]
) -> None:
    accepted = context.enqueue(NOTE, Note(text="hello"))

    [run] = notes()
    assert (run.id, run.state, run.priority) == (accepted.run_id, State.QUEUED, 3)
    assert run.payload == '{"text":"hello"}'
    assert run.due_at == run.available_at == run.created_at


@pytest.mark.parametrize("queue", ["context", "session"])
def test_a_task_is_queued_with_the_work_that_asks_or_not_at_all(
    queue: str, context: RunContext, database: Database, notes: Callable[[], list[Run]]
) -> None:
    def work(*, refused: bool) -> None:
        with database.transaction() as session:
            ask = context.enqueue if queue == "context" else Enqueue.within(session)
            ask(NOTE, Note(text="refused" if refused else "done"))
            if refused:
                raise RefusedError

    with pytest.raises(RefusedError):
        work(refused=True)
    work(refused=False)

    assert [run.payload for run in notes()] == ['{"text":"done"}']


def test_a_transaction_that_has_ended_is_not_joined(
    context: RunContext, database: Database, notes: Callable[[], list[Run]]
) -> None:
    with database.transaction():
        pass
    context.enqueue(NOTE, Note())

    assert len(notes()) == 1


def test_a_thousand_tasks_are_written_in_one_statement(
    context: RunContext, database: Database, notes: Callable[[], list[Run]]
) -> None:
    inserts: list[str] = []
    event.listen(
        database.engine,
        "before_cursor_execute",
        lambda _connection, _cursor, sql, *_: inserts.append(sql) if "INSERT" in sql else None,
    )

    ids = context.enqueue_many(NOTE, (Note(text=str(number)) for number in range(1000))).run_ids

    assert len(inserts) == 1
    assert {run.id for run in notes()} == {*ids}
    assert len(ids) == 1000


def test_many_are_queued_by_the_context_as_by_a_session(
    context: RunContext, notes: Callable[[], list[Run]]
) -> None:
    """Its arguments are written twice, so that type checkers and editors know them."""
    at = datetime.now(UTC) + HOUR

    first, again = (
        context.enqueue_many(NOTE, [Note()], delay=HOUR, at=at, priority=7, key="the note")
        for _ in range(2)
    )

    assert signature(RunContext.enqueue_many) == signature(Enqueue.many)
    [run] = notes()
    assert (run.due_at, run.priority) == (at + HOUR, 7)
    assert again == first


def test_nothing_to_queue_is_no_statement(
    context: RunContext, notes: Callable[[], list[Run]]
) -> None:
    assert context.enqueue.many(NOTE, []) == AcceptedMany(batch_id=None, run_ids=[])
    assert notes() == []


def test_a_run_may_have_a_priority_of_its_own(
    context: RunContext, notes: Callable[[], list[Run]]
) -> None:
    context.enqueue(NOTE, Note(), priority=-1)

    assert [run.priority for run in notes()] == [-1]


def test_a_task_is_queued_for_later(context: RunContext, notes: Callable[[], list[Run]]) -> None:
    in_weeks = datetime.now(UTC) + timedelta(weeks=6)

    assert context.enqueue(NOTE, Note(), at=in_weeks).state is State.SCHEDULED
    context.enqueue.many(NOTE, [Note()], delay=HOUR, priority=-1)

    at, delayed = sorted(notes(), key=lambda run: run.priority, reverse=True)
    assert (at.due_at, at.available_at, at.state) == (in_weeks, in_weeks, State.SCHEDULED)
    assert delayed.due_at == delayed.created_at + HOUR
    assert (delayed.state, delayed.priority) == (State.SCHEDULED, -1)


def test_a_time_in_the_past_is_now_and_one_without_a_zone_is_refused(
    context: RunContext, notes: Callable[[], list[Run]]
) -> None:
    context.enqueue(NOTE, Note(), at=datetime.now(UTC) - HOUR)
    assert [run.state for run in notes()] == [State.QUEUED]

    with pytest.raises(ValueError, match="a time needs a zone: 2026-03-01T12:00:00"):
        context.enqueue(NOTE, Note(), at=datetime(2026, 3, 1, 12))  # noqa: DTZ001
    assert len(notes()) == 1


def test_the_same_key_is_queued_once(context: RunContext, notes: Callable[[], list[Run]]) -> None:
    """T7."""
    first = context.enqueue(NOTE, Note(text="a"), key="k")

    assert context.enqueue(NOTE, Note(text="a"), key="k") == first
    assert context.enqueue(NOTE, Note(text="a"), key="other") != first
    with pytest.raises(KeyReusedError, match="the key 'k' came with another payload before"):
        context.enqueue(NOTE, Note(text="b"), key="k")
    assert len(notes()) == 2


def test_a_function_queues_another_task(
    start_runner: Callable[..., Runner],
    queue: Callable[..., UUID],
    wait_until: Callable[[Callable[[], object]], None],
) -> None:
    done: list[str] = []

    def ask(note: Note, context: RunContext) -> None:
        context.enqueue(follow, Note(text=f"after {note.text}"))

    def answer(note: Note, _context: RunContext) -> None:
        done.append(note.text)

    follow = Task(name="follow", payload=Note, function=answer)
    first = Task(name="first", payload=Note, function=ask)
    start_runner(first, follow)

    queue(first, payload='{"text": "this"}')

    wait_until(lambda: done == ["after this"])
