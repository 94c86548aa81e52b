"""Tasks queued together, and the task that follows when all have ended."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from shop.background import (
    AcceptedMany,
    Enqueue,
    RunContext,
    Task,
    batch_report,
    batches,
)
from shop.background.batches import Batch
from shop.background.models import Run, State, place
from shop.background.runner import Runner
from shop.database import Database
from shop.settings import Settings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
GOING_ON = [State.SCHEDULED, State.QUEUED, State.RUNNING, State.INTERRUPTED]


class Note(BaseModel):
    text: str = ""


def ignore(_note: Note, _context: RunContext) -> None:
    pass


PART = Task(name="part", payload=Note, function=ignore)
SUM = Task(
    name="sum", payload=Note, function=ignore, priority=2, concurrency_key=lambda note: note.text
)
DONE = (SUM, Note(text="done"))
TWO = [Note(text="a"), Note(text="b")]


@pytest.fixture
def enqueue(session: Session) -> Enqueue:
    return Enqueue.within(session)


@pytest.fixture
def end(session: Session) -> Callable[..., None]:
    """Give runs a state, and end their batches as the records of an end do."""

    def end(*run_ids: UUID, state: State = State.SUCCEEDED, error: str | None = None) -> None:
        over = {"state": state, "finished_at": NOW, "error": error}
        session.execute(update(Run).where(Run.id.in_(run_ids)).values(over))
        ids = session.scalars(select(Run.batch_id).where(Run.id.in_(run_ids))).all()
        batches.end(session, ids, NOW)

    return end


@pytest.fixture
def sums(session: Session) -> Callable[[], list[Run]]:
    """Read the runs that followed."""
    return lambda: list(session.scalars(select(Run).where(Run.name == "sum")))


def test_a_task_follows_when_the_last_of_a_batch_has_ended(
    enqueue: Enqueue, end: Callable[..., None], sums: Callable[[], list[Run]]
) -> None:
    queued = enqueue.many(PART, TWO, then=DONE)
    end(queued.run_ids[0])
    assert sums() == []

    end(queued.run_ids[1], state=State.FAILED)

    [run] = sums()
    assert (run.id, run.follows_id, run.state) == (queued.batch_id, queued.batch_id, State.QUEUED)
    assert (run.kind, run.payload) == ("task", '{"text":"done"}')
    assert run.created_at == run.due_at == run.available_at == NOW
    assert (run.priority, run.place) == (2, place(NOW, 2))
    assert run.concurrency_key == "sum done"
    end(*queued.run_ids)
    assert len(sums()) == 1


@pytest.mark.parametrize("state", GOING_ON)
def test_a_batch_goes_on_while_one_of_its_runs_waits_or_runs(
    state: State, enqueue: Enqueue, end: Callable[..., None], sums: Callable[[], list[Run]]
) -> None:
    """T6: what a shutdown interrupted is run again by the next sweep, or is lost."""
    first, last = enqueue.many(PART, TWO, then=DONE).run_ids
    end(last, state=state)

    end(first)

    assert sums() == []


def test_a_run_that_was_interrupted_and_dismissed_has_ended(
    session: Session,
    enqueue: Enqueue,
    end: Callable[..., None],
    sums: Callable[[], list[Run]],
) -> None:
    """T9: no sweep runs it again."""
    first, last = enqueue.many(PART, TWO, then=DONE).run_ids
    session.execute(update(Run).where(Run.id == last).values(dismissed_at=NOW))
    end(last, state=State.INTERRUPTED)

    end(first, state=State.CANCELLED)

    assert len(sums()) == 1


def test_an_empty_batch_ends_at_once(enqueue: Enqueue, sums: Callable[[], list[Run]]) -> None:
    queued = enqueue.many(PART, [], then=DONE)

    assert [run.id for run in sums()] == [queued.batch_id]
    assert queued.run_ids == []


def test_the_same_key_makes_a_batch_once(
    session: Session, enqueue: Enqueue, sums: Callable[[], list[Run]]
) -> None:
    """T7: a job that is repeated after a crash does not mail twice."""
    first = enqueue.many(PART, TWO, key="monday", then=DONE)
    again = enqueue.many(PART, [Note()], key="monday")
    empty = enqueue.many(PART, [], key="tuesday", then=DONE)

    assert again.batch_id == first.batch_id
    assert {*again.run_ids} == {*first.run_ids}
    assert enqueue.many(PART, TWO, key="tuesday", then=DONE) == empty
    assert len(sums()) == 1
    assert enqueue.many(SUM, [], key="monday").batch_id != first.batch_id
    assert session.get_one(Batch, first.batch_id).total == 2


def test_a_key_whose_batch_has_just_been_pruned_is_free(
    session: Session, enqueue: Enqueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T7."""
    opened, tries = batches._open, [True]

    def refuse_once(*values: Any, **more: Any) -> bool:  # noqa: ANN401 (as they are)
        return not tries.pop() if tries else opened(*values, **more)

    monkeypatch.setattr(batches, "_open", refuse_once)

    queued = enqueue.many(PART, [Note()], key="monday", then=DONE)

    assert session.get_one(Run, queued.run_ids[0]).batch_id == queued.batch_id
    batch = session.get_one(Batch, queued.batch_id)
    assert (batch.unique_key, batch.then_name) == ("part monday", "sum")
    assert tries == []


def test_the_end_of_a_run_without_a_batch_costs_no_statement(
    session: Session, database: Database
) -> None:
    sent: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *what: sent.append(what[2]))

    batches.end(session, iter([None, None]), NOW)

    assert sent == []


def test_many_without_then_and_key_are_no_batch(session: Session, enqueue: Enqueue) -> None:
    queued = enqueue.many(PART, TWO)

    assert queued.batch_id is None
    assert len(queued.run_ids) == 2
    assert session.scalars(select(Batch)).all() == []


def test_the_ids_of_a_batch_are_in_the_order_of_its_payloads(
    session: Session, enqueue: Enqueue
) -> None:
    notes = [Note(text=str(number)) for number in range(50)]

    ids = enqueue.many(PART, notes, then=DONE).run_ids

    payloads = [session.get_one(Run, run_id).payload for run_id in ids]
    assert payloads == [PART.dump(note) for note in notes]


def test_one_task_follows_another_that_succeeds(
    session: Session,
    enqueue: Enqueue,
    end: Callable[..., None],
    sums: Callable[[], list[Run]],
) -> None:
    """Also after it failed, when an operator had it run again."""
    run_id = enqueue(PART, Note(), then=DONE).run_id
    end(run_id, state=State.FAILED)
    assert sums() == []

    end(run_id)

    [run] = sums()
    assert run.follows_id == session.get_one(Run, run_id).batch_id
    assert batch_report.report(session, run.id).total == 1


def test_the_same_key_makes_one_that_follows(
    enqueue: Enqueue, end: Callable[..., None], sums: Callable[[], list[Run]]
) -> None:
    """T7."""
    run_id = enqueue(PART, Note(), key="k", then=DONE).run_id
    assert enqueue(PART, Note(), key="k", then=DONE).run_id == run_id
    end(run_id)
    assert enqueue(PART, Note(), key="k", then=DONE).run_id == run_id
    end(run_id)

    assert len(sums()) == 1


def test_what_follows_learns_what_failed(
    session: Session, enqueue: Enqueue, end: Callable[..., None]
) -> None:
    queued = enqueue.many(PART, [*TWO, Note(text="c")], then=DONE)
    end(queued.run_ids[0])
    end(queued.run_ids[1], state=State.FAILED, error="OSError: down")
    end(queued.run_ids[2], state=State.CANCELLED)

    assert queued.batch_id is not None
    report = batch_report.report(session, queued.batch_id)

    assert (report.total, report.unsuccessful) == (3, 2)
    assert {part.id: (part.state, part.error, part.payload) for part in report.parts} == {
        queued.run_ids[1]: (State.FAILED, "OSError: down", '{"text":"b"}'),
        queued.run_ids[2]: (State.CANCELLED, None, '{"text":"c"}'),
    }


def test_of_very_many_that_failed_all_are_counted_and_some_are_shown(
    session: Session,
    enqueue: Enqueue,
    end: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batch_report, "MOST_SHOWN", 1)
    queued = enqueue.many(PART, TWO, then=DONE)
    end(*queued.run_ids, state=State.LOST)

    assert queued.batch_id is not None
    report = batch_report.report(session, queued.batch_id)

    assert (report.unsuccessful, len(report.parts)) == (2, 1)


def test_a_run_that_follows_nothing_learns_of_nothing(
    settings: Settings, database: Database
) -> None:
    context = RunContext(uuid4(), "sum", 1, NOW, settings, database)

    assert context.batch() == batch_report.BatchReport(0, 0, [])


@pytest.fixture
def context(settings: Settings, database: Database) -> RunContext:
    """Make the context of a job."""
    return RunContext(uuid4(), "nightly", 1, NOW, settings, database)


@pytest.fixture
def wait_for_sums(
    database: Database, wait_until: Callable[[Callable[[], object]], None]
) -> Callable[..., None]:
    """Wait until the runs that follow these batches have succeeded, each at once."""

    def wait(*queued: AcceptedMany) -> None:
        sums = select(Run.id, Run.attempt).where(Run.name == "sum", Run.state == State.SUCCEEDED)
        expected = {(each.batch_id, 1) for each in queued}

        def there() -> bool:
            with database.snapshot() as session:
                return {(run_id, attempt) for run_id, attempt in session.execute(sums)} == expected

        wait_until(there)

    return wait


def test_a_job_queues_parts_and_a_sum_and_the_sum_knows_what_failed(
    context: RunContext,
    start_runner: Callable[..., Runner],
    wait_for_sums: Callable[..., None],
) -> None:
    seen: list[tuple[int, list[str | None]]] = []

    def refuse_b(note: Note, _context: RunContext) -> None:
        if note.text == "b":
            raise ValueError

    def add_up(_note: Note, context: RunContext) -> None:
        report = context.batch()
        seen.append((report.total, [part.payload for part in report.parts]))

    add = Task(name="sum", payload=Note, function=add_up)
    start_runner(Task(name="part", payload=Note, function=refuse_b), add)

    wait_for_sums(context.enqueue_many(PART, TWO, then=(add, Note())))

    assert seen == [(2, ['{"text":"b"}'])]


def test_a_run_that_times_out_ends_its_batch(
    context: RunContext,
    start_runner: Callable[..., Runner],
    wait_for_sums: Callable[..., None],
    gate: threading.Event,
) -> None:
    """T4: at once, and not only when its thread ends."""
    late = Task(
        name="part",
        payload=Note,
        function=lambda _note, _context: gate.wait(),
        timeout=timedelta(milliseconds=20),
    )
    start_runner(late, SUM)

    wait_for_sums(context.enqueue.many(late, [Note()], then=DONE))

    assert not gate.is_set()


@pytest.mark.parametrize("state", [State.RUNNING, State.LOST])
def test_a_beat_ends_the_batches_of_runs_that_were_cut_off(
    state: State,
    context: RunContext,
    database: Database,
    start_runner: Callable[..., Runner],
    wait_for_sums: Callable[..., None],
) -> None:
    """S2: by the sweep; those that a version without batches left, within an hour."""
    queued = context.enqueue.many(PART, [Note()], then=DONE)
    cut_off = update(Run).values(state=state, attempt=1, started_at=NOW, held_by="gone")
    with database.transaction() as session:
        session.execute(cut_off.values(finished_at=None if state is State.RUNNING else NOW))

    start_runner(PART, SUM)

    wait_for_sums(queued)


def test_of_two_processes_that_record_the_last_two_ends_one_ends_the_batch(
    context: RunContext,
    start_runner: Callable[..., Runner],
    wait_for_sums: Callable[..., None],
) -> None:
    """Many short batches, so that such ends meet."""
    for _ in range(2):
        start_runner(PART, SUM, runner_threads=1)

    wait_for_sums(*(context.enqueue.many(PART, TWO, then=DONE) for _ in range(30)))
