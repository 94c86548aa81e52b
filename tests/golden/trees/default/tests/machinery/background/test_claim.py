from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import BaseModel
from sqlalchemy.orm import Session

from shop.background import RunContext, Task, ledger
from shop.background.beats import beat, remove_silent
from shop.background.candidates import is_waiting
from shop.background.claim import (
    Claimed,
    Limit,
    claim,
    slots_in_use,
)
from shop.background.models import Run, State

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Nothing(BaseModel):
    pass


def ignore(_payload: Nothing, _context: RunContext) -> None:
    pass


WORK = Task(name="work", payload=Nothing, function=ignore)
NARROW = Task(name="narrow", payload=Nothing, function=ignore, max_concurrency=2)
LIMITS = {work.name: Limit.of(work) for work in (WORK, NARROW)}


@pytest.fixture
def take(session: Session) -> Callable[..., list[UUID]]:
    """Claim runs as a process does; return their ids."""
    for process in ("me", "somebody"):
        beat(session, process, 1, NOW, NOW)

    def take(*, owner: str = "me", slots: int = 10, now: datetime = NOW) -> list[UUID]:
        runs = claim(session, LIMITS, now, owner=owner, slots=slots)
        return [run.id for run in runs]

    return take


def test_what_waits_longest_is_taken_first_and_no_more_than_there_are_slots(
    session: Session, take: Callable[..., list[UUID]]
) -> None:
    """S1."""
    late, early, middle = (
        ledger.add(session, WORK, NOW, due_at=NOW - n * SECOND) for n in (1, 3, 2)
    )

    assert take(slots=2) == [early, middle]
    assert take() == [late]
    assert take() == []


def test_a_claimed_run_is_held_and_its_start_is_on_record(session: Session) -> None:
    """S2, S13: before its function is called."""
    beat(session, "me", 1, NOW, NOW)
    due = NOW - SECOND
    run_id = ledger.add(session, WORK, due, payload="{}")
    run = session.get_one(Run, run_id)
    run.error = "of the attempt before"
    session.flush()

    (claimed,) = claim(session, LIMITS, NOW, owner="me", slots=1)

    assert claimed == Claimed(run.id, "task", "work", 1, due, "{}", "me", None, run.place)
    row = session.get_one(Run, run_id, populate_existing=True)
    assert (row.state, row.attempt, row.owner, row.held_by) == (State.RUNNING, 1, "me", "me")
    assert row.started_at == NOW
    assert row.error is None


def test_a_look_tells_whether_a_claim_would_find_something(
    session: Session, take: Callable[..., list[UUID]]
) -> None:
    """T1: of the names that this code knows, and not before it is due."""
    ledger.add(session, Task(name="new", payload=Nothing, function=ignore), NOW)
    ledger.add(session, WORK, NOW, delay=SECOND)
    assert not is_waiting(session, LIMITS, NOW)
    assert is_waiting(session, LIMITS, NOW + SECOND)

    take(now=NOW + SECOND)

    assert not is_waiting(session, LIMITS, NOW + SECOND)


def test_a_process_that_was_given_up_gets_nothing_until_it_has_beaten_again(
    session: Session, take: Callable[..., list[UUID]]
) -> None:
    """S17: its runs would be swept."""
    run_id = ledger.add(session, WORK, NOW)
    assert remove_silent(session, {"me"}) == {"me"}

    assert take() == []

    beat(session, "me", 2, NOW, NOW)
    assert take() == [run_id]


def test_a_run_is_taken_when_it_is_due_and_not_before(
    session: Session, take: Callable[..., list[UUID]]
) -> None:
    """T4, S6: a backoff or jitter delays it."""
    run_id = ledger.add(session, WORK, NOW, delay=SECOND)

    assert take() == []
    assert take(now=NOW + SECOND) == [run_id]


def test_a_run_of_a_name_that_this_code_does_not_know_is_left_to_others(
    session: Session, take: Callable[..., list[UUID]]
) -> None:
    """S5: two versions of the code may run side by side."""
    ledger.add(session, Task(name="new", payload=Nothing, function=ignore), NOW)

    assert take() == []


def test_no_more_of_a_name_run_at_once_than_its_limit(
    session: Session, take: Callable[..., list[UUID]]
) -> None:
    """T3: in all processes; runs of other names do not wait."""
    narrow = [ledger.add(session, NARROW, NOW - n * SECOND) for n in (9, 8, 7, 6)]
    other = ledger.add(session, WORK, NOW)

    assert take(owner="me") == [*narrow[:2], other]
    assert take(owner="somebody") == []
    assert slots_in_use(session) == {"narrow": 2, "work": 1}

    session.get_one(Run, narrow[0]).held_by = None
    assert take(owner="somebody") == [narrow[2]]


def test_a_slot_is_taken_in_any_state_until_it_is_given_back(
    session: Session, take: Callable[..., list[UUID]]
) -> None:
    """T4: a timed-out thread cannot be stopped, so it counts until it ends."""
    held = [ledger.add(session, NARROW, NOW) for _ in range(2)]
    take()
    for run_id in held:
        session.get_one(Run, run_id, populate_existing=True).state = State.TIMED_OUT
    waiting = ledger.add(session, NARROW, NOW)

    assert take(now=NOW + SECOND) == []
    for run_id in held:
        session.get_one(Run, run_id).held_by = None
    assert take() == [waiting]


def test_a_run_that_is_queued_again_is_not_taken_before_its_old_thread_has_ended(
    session: Session, take: Callable[..., list[UUID]]
) -> None:
    """T4: or until its process counts as dead."""
    run_id = ledger.add(session, WORK, NOW)
    take()
    session.get_one(Run, run_id, populate_existing=True).state = State.QUEUED

    assert take(owner="somebody", now=NOW + SECOND) == []
    session.get_one(Run, run_id).held_by = None
    assert take(owner="somebody") == [run_id]
