from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.background import (
    RunContext,
    Task,
    ledger,
    sweep,
)
from shop.background.models import Run, State
from shop.database import Database

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Nothing(BaseModel):
    pass


def ignore(_payload: Nothing, _context: RunContext) -> None:
    pass


ONCE = Task(name="once", payload=Nothing, function=ignore)
SAFE = Task(name="safe", payload=Nothing, function=ignore, idempotent=True)
REGISTRY = {"once": ONCE, "safe": SAFE}
LEFT = sweep.abandoned(["gone"], "me", [])
InsertRun = Callable[..., UUID]


def test_a_run_whose_process_is_gone_is_repeated_if_it_may_be(
    session: Session, insert_run: InsertRun
) -> None:
    """S2, T6."""
    run_id, later = insert_run(SAFE), NOW + SECOND
    insert_run(SAFE)

    assert sweep.sweep(session, REGISTRY, later, LEFT) == {("safe", State.QUEUED): 2}

    run = session.get_one(Run, run_id)
    assert (run.state, run.available_at, run.finished_at) == (State.QUEUED, later, None)
    assert run.held_by is None


def test_a_run_whose_process_is_gone_is_lost_otherwise(
    session: Session, insert_run: InsertRun
) -> None:
    """S2, T6."""
    run_id, later = insert_run(ONCE), NOW + SECOND

    assert sweep.sweep(session, REGISTRY, later, LEFT) == {("once", State.LOST): 1}

    run = session.get_one(Run, run_id)
    assert (run.state, run.finished_at, run.held_by) == (State.LOST, later, None)
    assert run.available_at == NOW
    assert run.error == "its process died; it is unknown how far it came"


def test_a_run_that_was_cut_off_too_often_is_lost(session: Session, insert_run: InsertRun) -> None:
    """T6: the run itself may kill its process."""
    run_id = insert_run(SAFE, attempt=3)

    sweep.sweep(session, REGISTRY, NOW, LEFT)

    assert session.get_one(Run, run_id).state is State.LOST


def test_an_interrupted_run_is_treated_like_one_whose_process_died(
    session: Session, insert_run: InsertRun
) -> None:
    """T6."""
    end = {"held_by": None, "finished_at": NOW, "error": "cut off"}
    again, lost = (
        insert_run(SAFE, State.INTERRUPTED, **end),
        insert_run(ONCE, State.INTERRUPTED, **end),
    )

    sweep.sweep(session, REGISTRY, NOW, LEFT)

    assert session.get_one(Run, again).state is State.QUEUED
    assert session.get_one(Run, again).finished_at is None
    assert session.get_one(Run, lost).error == "cut off; it is unknown how far it came"


def test_an_interrupted_run_that_was_dismissed_is_not_run_again(
    session: Session, insert_run: InsertRun
) -> None:
    """T9."""
    end = {"held_by": None, "finished_at": NOW, "dismissed_at": NOW}
    dismissed = insert_run(SAFE, State.INTERRUPTED, **end)

    sweep.sweep(session, REGISTRY, NOW, LEFT)

    assert session.get_one(Run, dismissed).state is State.INTERRUPTED


def test_what_a_living_process_holds_or_another_code_knows_is_not_taken(
    session: Session, insert_run: InsertRun
) -> None:
    """S2, T6: ended runs do not change."""
    sibling, mine = insert_run(SAFE, held_by="alive"), insert_run(SAFE, held_by="me")
    unknown = insert_run(Task(name="new", payload=Nothing, function=ignore))
    over = [insert_run(SAFE, state) for state in State if state not in {"running", "interrupted"}]
    left = sweep.abandoned(["gone"], "me", [mine])
    before = {run.id: run.state for run in session.scalars(select(Run))}

    assert not sweep.sweep(session, REGISTRY, NOW, left)

    assert {run.id: run.state for run in session.scalars(select(Run))} == before
    assert set(before) == {sibling, mine, unknown, *over}


def test_a_run_that_lost_its_thread_is_found_by_its_own_process(
    session: Session, insert_run: InsertRun
) -> None:
    """S2: its running runs do not change."""
    going, broken = insert_run(ONCE, held_by="me"), insert_run(ONCE, held_by="me")

    sweep.sweep(session, REGISTRY, NOW, sweep.abandoned([], "me", [going]))

    assert session.get_one(Run, going).state is State.RUNNING
    assert session.get_one(Run, broken).state is State.LOST


def test_what_is_over_gives_its_slot_back_when_its_process_is_gone(
    session: Session, insert_run: InsertRun
) -> None:
    """T4: in any state, also if it will be repeated."""
    new = Task(name="new", payload=Nothing, function=ignore)
    late = insert_run(new, State.TIMED_OUT, held_by="gone")
    again = insert_run(SAFE, State.QUEUED, held_by="gone")
    alive = insert_run(SAFE, State.QUEUED, held_by="alive")

    sweep.sweep(session, REGISTRY, NOW, LEFT)

    rows = {run.id: (run.state, run.held_by) for run in session.scalars(select(Run))}
    assert rows == {
        late: (State.TIMED_OUT, None),
        again: (State.QUEUED, None),
        alive: (State.QUEUED, "alive"),
    }


def test_what_was_claimed_and_never_began_is_queued_again_without_an_attempt(
    session: Session, insert_run: InsertRun
) -> None:
    """T10: also when others have recorded it as lost; its function was not called."""
    new = Task(name="new", payload=Nothing, function=ignore)
    unbegun = [insert_run(work, started_at=None, attempt=2) for work in (ONCE, new)]
    known, lost = (
        insert_run(ONCE, state, owner="me", held_by=held)
        for state, held in ((State.RUNNING, "me"), (State.LOST, None))
    )
    others = [insert_run(ONCE), insert_run(ONCE, held_by="alive", started_at=None)]
    others += [insert_run(ONCE, State.TIMED_OUT, held_by="gone")]
    others += [insert_run(ONCE, State.LOST)]
    before = {run_id: session.get_one(Run, run_id).state for run_id in others}

    never_begun = [known, lost, others[2], others[3]]
    queued = sweep.requeue_unbegun(session, ["gone"], "me", never_begun)
    assert queued == {"once": 3, "new": 1}

    for run_id in (*unbegun, known, lost):
        run = session.get_one(Run, run_id)
        session.refresh(run)
        assert (run.state, run.held_by, run.started_at) == (State.QUEUED, None, None)
        assert (run.finished_at, run.error) == (None, None)
        assert (run.attempt, run.available_at) == (1 if run_id in unbegun else 0, NOW)
    assert {run_id: session.get_one(Run, run_id).state for run_id in others} == before


def test_a_shutdown_interrupts_what_its_own_process_runs(
    session: Session, insert_run: InsertRun
) -> None:
    """T6: and releases the slots of timed out threads."""
    mine, late = insert_run(ONCE, held_by="me"), insert_run(ONCE, State.TIMED_OUT, held_by="me")
    other, over = insert_run(ONCE, held_by="another"), insert_run(ONCE, owner="me", held_by=None)

    assert [run.id for run in sweep.interrupt(session, "me", NOW + SECOND)] == [mine]

    rows = {run.id: (run.state, run.held_by) for run in session.scalars(select(Run))}
    assert rows == {
        mine: (State.INTERRUPTED, None),
        late: (State.TIMED_OUT, None),
        other: (State.RUNNING, "another"),
        over: (State.RUNNING, None),
    }
    assert session.get_one(Run, mine).finished_at == NOW + SECOND


def test_a_run_that_somebody_else_holds_is_left_for_the_next_time(database: Database) -> None:
    """A row that an operator has locked is skipped."""
    with database.transaction() as session:
        run_id = ledger.add(session, ONCE, NOW, state=State.INTERRUPTED)

    with database.transaction() as operator, database.transaction() as session:
        assert operator.get(Run, run_id, with_for_update=True)
        assert sweep.sweep(session, REGISTRY, NOW, LEFT) == {}
