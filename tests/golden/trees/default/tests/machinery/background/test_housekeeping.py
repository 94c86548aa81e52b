"""What ended is counted and old runs are deleted, a step at a time, between claims."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.background import (
    RunContext,
    Task,
    housekeeping,
    pruning,
)
from shop.background.housekeeping import (
    STEP_SECONDS,
    Housekeeping,
)
from shop.background.minutes import since
from shop.background.models import Run, State
from shop.background.runner import Runner
from shop.database import Database
from shop.settings import Settings

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class Nothing(BaseModel):
    pass


def ignore(_payload: Nothing, _context: RunContext) -> None:
    pass


WORK = Task(name="work", payload=Nothing, function=ignore)


class Clock:
    """A monotonic clock that the test moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(housekeeping, "monotonic", clock)
    return clock


@pytest.fixture
def chores(settings: Settings, database: Database) -> Housekeeping:
    return Housekeeping(database, settings)


@pytest.fixture
def end(database: Database, queue: Callable[..., UUID]) -> Callable[[datetime], UUID]:
    """Make a run that ended then."""

    def end(moment: datetime) -> UUID:
        run_id = queue(WORK)
        with database.transaction() as session:
            run = session.get_one(Run, run_id)
            run.state, run.finished_at = State.SUCCEEDED, moment
        return run_id

    return end


@pytest.fixture
def left(database: Database) -> Callable[[], set[UUID]]:
    """Read which runs are there."""

    def read() -> set[UUID]:
        with database.snapshot() as session:
            return set(session.scalars(select(Run.id)))

    return read


def do_all(chores: Housekeeping, clock: Clock) -> int:
    """Do what is due, at the moments that it asks for; return how many steps it took."""
    steps = 0
    while (wait := chores.step()) == STEP_SECONDS:
        clock.seconds += wait
        steps += 1
    return steps


def test_the_ledger_is_pruned_at_the_start_and_once_an_hour(
    chores: Housekeeping, clock: Clock, end: Callable[..., UUID], left: Callable[[], set[UUID]]
) -> None:
    """S13."""
    end(LONG_AGO)
    do_all(chores, clock)
    assert left() == set()

    second = end(LONG_AGO)
    clock.seconds += 3500
    do_all(chores, clock)
    assert left() == {second}
    clock.seconds += 110
    do_all(chores, clock)
    assert left() == set()


def test_a_step_deletes_a_part_and_the_next_one_comes_a_moment_later(
    chores: Housekeeping,
    clock: Clock,
    end: Callable[..., UUID],
    left: Callable[[], set[UUID]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """S13: meanwhile runs are claimed, and others can write."""
    monkeypatch.setattr(pruning, "PRUNED_AT_ONCE", 1)
    for _ in range(2):
        end(LONG_AGO)
    chores.step()  # counts

    clock.seconds += STEP_SECONDS
    assert chores.step() == STEP_SECONDS
    assert len(left()) == 1
    clock.seconds += STEP_SECONDS / 4
    assert chores.step() == STEP_SECONDS * 3 / 4
    assert len(left()) == 1
    clock.seconds += STEP_SECONDS * 3 / 4
    chores.step()
    assert left() == set()


def test_what_ended_is_counted_at_the_start_and_once_a_minute(
    chores: Housekeeping, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S13: and all of it before anything is deleted."""
    did: list[tuple[str, float]] = []

    def count(_session: Session, _now: datetime) -> bool:
        did.append(("count", clock.seconds))
        return len(did) > 1

    def prune(*_of_runs: object) -> bool:
        did.append(("prune", clock.seconds))
        return True

    monkeypatch.setattr(housekeeping, "roll_up", count)
    monkeypatch.setattr(pruning, "prune", prune)
    clock.seconds = 0
    assert do_all(chores, clock) == 3
    clock.seconds = 50
    assert do_all(chores, clock) == 0
    clock.seconds = 61
    assert do_all(chores, clock) == 1

    assert did == [
        ("count", 0),
        ("count", STEP_SECONDS),
        ("prune", STEP_SECONDS * 2),
        ("count", 61),
    ]


def test_a_runner_counts_what_ended_a_while_ago_and_deletes_what_is_old(
    start_runner: Callable[..., Runner],
    database: Database,
    end: Callable[..., UUID],
    left: Callable[[], set[UUID]],
    wait_until: Callable[[Callable[[], object]], None],
) -> None:
    """S13."""
    ended = datetime.now(UTC) - timedelta(hours=5)
    kept, _ = end(ended), end(LONG_AGO)

    start_runner(WORK)

    wait_until(lambda: left() == {kept})
    with database.snapshot() as session:
        (minute,) = since(session, ended - timedelta(hours=1))
    assert minute.minute <= ended
    assert (minute.state, minute.runs) == (State.SUCCEEDED, 1)
