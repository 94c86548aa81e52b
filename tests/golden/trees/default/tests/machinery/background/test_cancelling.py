from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.background import (
    Enqueue,
    RunContext,
    Task,
    cancel,
    settling,
    sweep,
)
from shop.background.batches import Batch
from shop.background.cancelling import cancel_many, count
from shop.background.claim import Claimed
from shop.background.models import Run, State
from shop.background.outcomes import Outcome

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(seconds=5)
AGAIN = NOW + timedelta(minutes=1)


class Nothing(BaseModel):
    pass


def ignore(_payload: Nothing, _context: RunContext) -> None:
    pass


def read(session: Session, run_id: UUID) -> Run:
    return session.get_one(Run, run_id, populate_existing=True)


SAFE = Task(name="safe", payload=Nothing, function=ignore, idempotent=True)
ONCE = Task(name="once", payload=Nothing, function=ignore)
REGISTRY = {"safe": SAFE, "once": ONCE}
InsertRun = Callable[..., UUID]


@pytest.mark.parametrize("holder", [None, "me"])
@pytest.mark.parametrize("state", [State.SCHEDULED, State.QUEUED, State.INTERRUPTED])
def test_a_run_that_waits_is_over_at_once(
    state: State, holder: str | None, session: Session, insert_run: InsertRun
) -> None:
    """T4, T6: also one that waits for its timed out thread, which keeps its slot."""
    end = NOW if state is State.INTERRUPTED else None
    run_id = insert_run(SAFE, state, held_by=holder, finished_at=end)

    assert cancel(session, run_id, LATER) is State.CANCELLED

    run = read(session, run_id)
    assert (run.state, run.held_by) == (State.CANCELLED, holder)
    assert (run.finished_at, run.cancel_asked_at) == (LATER, LATER)


def test_a_run_that_runs_is_asked_to_stop_and_keeps_the_time_of_the_first_request(
    session: Session, insert_run: InsertRun
) -> None:
    run_id = insert_run(SAFE)

    assert cancel(session, run_id, NOW) is State.RUNNING
    assert cancel(session, run_id, LATER) is State.RUNNING

    run = read(session, run_id)
    assert (run.state, run.held_by) == (State.RUNNING, "gone")
    assert (run.finished_at, run.cancel_asked_at) == (None, NOW)


def test_what_has_ended_stays_as_it_is(session: Session, insert_run: InsertRun) -> None:
    waits = {State.SCHEDULED, State.QUEUED, State.RUNNING, State.INTERRUPTED}
    over = [insert_run(SAFE, each, finished_at=NOW) for each in State if each not in waits]
    dismissed = {"finished_at": NOW, "dismissed_at": NOW}
    over.append(insert_run(SAFE, State.INTERRUPTED, **dismissed))
    before = [read(session, run_id).state for run_id in over]

    assert [cancel(session, run_id, LATER) for run_id in [*over, uuid4()]] == [None] * 10

    runs = [read(session, run_id) for run_id in over]
    assert [run.state for run in runs] == before
    assert {(run.finished_at, run.cancel_asked_at) for run in runs} == {(NOW, None)}


def test_a_batch_ends_when_all_of_its_runs_are_cancelled(session: Session) -> None:
    """In the same transaction; what was to follow follows, once."""
    batch = Enqueue.within(session).many(ONCE, [Nothing()] * 2, then=(SAFE, Nothing()))
    first, last = batch.run_ids
    assert cancel(session, first, NOW) is State.CANCELLED
    assert session.get_one(Batch, batch.batch_id).ended_at is None

    states = cancel_many(session, [first, last], NOW)

    assert states == {last: State.CANCELLED}
    assert session.get_one(Batch, batch.batch_id, populate_existing=True).ended_at == NOW
    follower = session.scalars(select(Run).where(Run.follows_id == batch.batch_id)).one()
    assert (follower.name, follower.state) == ("safe", State.QUEUED)


@pytest.mark.parametrize(
    ("outcome", "recorded"),
    [
        (Outcome(State.CANCELLED), State.CANCELLED),
        (Outcome(State.FAILED, ValueError("no")), State.CANCELLED),
        (Outcome(State.TIMED_OUT, TimeoutError()), State.CANCELLED),
        (Outcome(State.QUEUED, OSError("down"), AGAIN), State.CANCELLED),
        (Outcome(State.SUCCEEDED), State.SUCCEEDED),
    ],
)
def test_a_run_that_was_asked_to_stop_succeeds_or_is_cancelled(
    outcome: Outcome, recorded: State, session: Session, insert_run: InsertRun
) -> None:
    """T4, T9: it is not tried again, and no dead letter. Its process may not know yet."""
    run_id = insert_run(SAFE)
    cancel(session, run_id, NOW)
    claimed = Claimed(run_id, "task", "safe", 1, NOW, None, "gone")

    assert settling.settle(session, [(claimed, outcome)], LATER) == {run_id: recorded}
    # The first commit was not heard of.
    again = settling.settle(session, [(claimed, outcome)], LATER)
    assert again == {run_id: recorded}

    run = read(session, run_id)
    assert (run.state, run.finished_at, run.held_by) == (recorded, LATER, None)


def test_a_run_that_was_asked_to_stop_is_cancelled_when_its_process_died(
    session: Session, insert_run: InsertRun
) -> None:
    """S2, T6: whether or not it may be repeated; the others as ever."""
    asked = [insert_run(SAFE), insert_run(ONCE)]
    for run_id in asked:
        cancel(session, run_id, NOW)
    others = [insert_run(SAFE), insert_run(ONCE)]

    counted = sweep.sweep(session, REGISTRY, LATER, sweep.abandoned(["gone"], "me", []))

    states = (State.QUEUED, State.LOST)
    assert [session.get_one(Run, run_id).state for run_id in others] == list(states)
    assert counted == {
        ("safe", State.CANCELLED): 1,
        ("once", State.CANCELLED): 1,
        ("safe", State.QUEUED): 1,
        ("once", State.LOST): 1,
    }
    for run_id in asked:
        run = session.get_one(Run, run_id)
        assert (run.state, run.finished_at, run.held_by) == (State.CANCELLED, LATER, None)
        assert run.error == "its process died; it is unknown how far it came"


def test_a_run_that_was_asked_to_stop_before_it_began_does_not_begin(
    session: Session, insert_run: InsertRun
) -> None:
    """T10: the answer to its claim was lost. No attempt counts it, so this does."""
    counted: list[tuple[object, ...]] = []
    run_id, _other = (insert_run(SAFE, started_at=None, attempt=2) for _ in range(2))
    cancel(session, run_id, NOW)

    sweep.requeue_unbegun(session, ["gone"], "me", [])

    run = read(session, run_id)
    assert (run.state, run.attempt, run.finished_at) == (State.CANCELLED, 1, NOW)
    assert run.held_by is None
    for _ in range(2):
        count(lambda *what: counted.append(what), session)
    assert counted == [("task", "safe", State.CANCELLED, None)]


def test_a_shutdown_leaves_no_work_of_a_run_that_was_asked_to_stop(
    session: Session, insert_run: InsertRun
) -> None:
    """T6: the next process does not repeat it."""
    asked, other = insert_run(SAFE, held_by="me"), insert_run(SAFE, held_by="me")
    cancel(session, asked, NOW)

    cut_off = sweep.interrupt(session, "me", LATER)

    states = {asked: State.CANCELLED, other: State.INTERRUPTED}
    assert {run.id: run.state for run in cut_off} == states
    assert {run.finished_at for run in cut_off} == {LATER}
