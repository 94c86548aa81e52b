from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.background import RunContext, Task, sweep
from shop.background.models import Run, State

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Nothing(BaseModel):
    pass


def ignore(_payload: Nothing, _context: RunContext) -> None:
    pass


ONCE = Task(name="once", payload=Nothing, function=ignore)
SAFE = Task(name="safe", payload=Nothing, function=ignore, idempotent=True)
REGISTRY = {"once": ONCE, "safe": SAFE}
Put = Callable[..., UUID]


def test_a_run_whose_lease_has_ended_is_repeated_if_it_may_be(session: Session, put: Put) -> None:
    """S2, T6."""
    run_id, later = put(SAFE), NOW + SECOND
    put(SAFE)

    assert sweep.sweep(session, REGISTRY, later) == {("safe", State.QUEUED): 2}

    run = session.get_one(Run, run_id)
    assert (run.state, run.available_at, run.finished_at) == (State.QUEUED, later, None)
    assert run.lease_until is None


def test_a_run_whose_lease_has_ended_is_lost_otherwise(session: Session, put: Put) -> None:
    """S2, T6."""
    run_id, later = put(ONCE), NOW + SECOND

    assert sweep.sweep(session, REGISTRY, later) == {("once", State.LOST): 1}

    run = session.get_one(Run, run_id)
    assert (run.state, run.finished_at, run.lease_until) == (State.LOST, later, None)
    assert run.available_at == NOW
    assert run.error == "its process died; nobody knows how far it came"


def test_a_run_that_was_cut_off_too_often_is_lost(session: Session, put: Put) -> None:
    """T6: it may be what kills its process."""
    run_id = put(SAFE, attempt=3)

    sweep.sweep(session, REGISTRY, NOW)

    assert session.get_one(Run, run_id).state is State.LOST


def test_an_interrupted_run_is_treated_like_one_whose_process_died(
    session: Session, put: Put
) -> None:
    """T6."""
    end = {"lease_until": None, "finished_at": NOW, "error": "cut off"}
    again, lost = put(SAFE, State.INTERRUPTED, **end), put(ONCE, State.INTERRUPTED, **end)

    sweep.sweep(session, REGISTRY, NOW)

    assert session.get_one(Run, again).state is State.QUEUED
    assert session.get_one(Run, again).finished_at is None
    assert session.get_one(Run, lost).error == "cut off; nobody knows how far it came"


def test_an_interrupted_run_that_was_dismissed_is_not_run_again(session: Session, put: Put) -> None:
    """T9."""
    end = {"lease_until": None, "finished_at": NOW, "dismissed_at": NOW}
    dismissed = put(SAFE, State.INTERRUPTED, **end)

    sweep.sweep(session, REGISTRY, NOW)

    assert session.get_one(Run, dismissed).state is State.INTERRUPTED


def test_what_a_living_process_holds_or_another_code_knows_is_not_taken(
    session: Session, put: Put
) -> None:
    """S2, T6: and what is over stays as it is."""
    sibling = put(SAFE, lease_until=NOW + SECOND)
    unknown = put(Task(name="new", payload=Nothing, function=ignore))
    over = [put(SAFE, state) for state in State if state not in {"running", "interrupted"}]
    before = {run.id: run.state for run in session.scalars(select(Run))}

    assert not sweep.sweep(session, REGISTRY, NOW)

    assert {run.id: run.state for run in session.scalars(select(Run))} == before
    assert set(before) == {sibling, unknown, *over}


def test_a_process_extends_its_own_leases_of_runs_that_go_on(session: Session, put: Put) -> None:
    """S2: not one that another process has taken over, nor one that was swept."""
    later = NOW + timedelta(minutes=1)
    mine, ended = put(ONCE, owner="me"), put(ONCE, owner="me")
    taken, swept = put(ONCE, owner="another"), put(ONCE, owner="me", lease_until=None)

    sweep.extend_leases(session, "me", [mine, taken, swept], later)

    leases = {run.id: run.lease_until for run in session.scalars(select(Run))}
    assert leases == {mine: later, ended: NOW, taken: NOW, swept: None}


def test_a_shutdown_interrupts_what_its_own_process_runs(session: Session, put: Put) -> None:
    """T6: and gives up the slots of threads that had timed out."""
    mine, late = put(ONCE, owner="me"), put(ONCE, State.TIMED_OUT, owner="me")
    other, over = put(ONCE, owner="another"), put(ONCE, owner="me", lease_until=None)

    assert [run.id for run in sweep.interrupt(session, "me", NOW + SECOND)] == [mine]

    rows = {run.id: (run.state, run.lease_until) for run in session.scalars(select(Run))}
    assert rows == {
        mine: (State.INTERRUPTED, None),
        late: (State.TIMED_OUT, None),
        other: (State.RUNNING, NOW),
        over: (State.RUNNING, None),
    }
    assert session.get_one(Run, mine).finished_at == NOW + SECOND


def test_what_is_not_over_well_is_counted_by_name_and_state(session: Session, put: Put) -> None:
    """T9: for the metrics; what was dismissed is no longer of interest."""
    for state in State:
        put(ONCE, state)
    put(SAFE, State.QUEUED)
    put(SAFE, State.FAILED, dismissed_at=NOW)

    counts = sweep.unfinished(session)

    shown = ("queued", "running", "failed", "timed_out", "interrupted", "lost")
    assert counts == {("once", State(name)): 1 for name in shown} | {("safe", State.QUEUED): 1}
