# ruff: noqa: PLR0913, PLR0917 (fixtures are arguments)
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import BaseModel
from sqlalchemy import select, update

from shop.background import RunContext, Task, heartbeat, sweep
from shop.background.heartbeat import Heartbeat
from shop.background.models import Run, State
from shop.database import Database
from shop.settings import Settings


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
    monkeypatch.setattr(heartbeat, "monotonic", clock)
    return clock


@pytest.fixture
def counted() -> list[tuple[object, ...]]:
    return []


@pytest.fixture
def beating(settings: Settings, database: Database, counted: list[tuple[object, ...]]) -> Heartbeat:
    """Give the heartbeat of a process whose leases take 8 seconds."""
    settings = settings.model_copy(update={"lease_seconds": 8})
    work = {"work": WORK}
    return Heartbeat("me", settings, database, work, lambda *what: counted.append(what))


@pytest.fixture
def abandoned(queue: Callable[..., UUID], database: Database) -> UUID:
    """Give a run whose process died."""
    run_id = queue(WORK)
    with database.transaction() as session:
        run = session.get_one(Run, run_id)
        run.state, run.owner, run.lease_until = State.RUNNING, "gone", datetime.now(UTC)
    return run_id


def test_a_run_of_a_dead_process_is_found_at_the_second_beat(
    beating: Heartbeat,
    clock: Clock,
    abandoned: UUID,
    find: Callable[[UUID], Run],
    counted: list[tuple[object, ...]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """S2, T6: the first leaves time to those that had stalled with us."""
    beating.keep([])
    clock.seconds += 1.9
    beating.keep([])
    assert find(abandoned).state is State.RUNNING

    clock.seconds += 0.2
    beating.keep([])

    assert find(abandoned).state is State.LOST
    assert counted == [("task", "work", State.LOST, None)]
    assert "found cut off: 1 runs of work, now lost" in caplog.messages


def test_after_a_stall_nothing_is_swept_before_everybody_could_extend_their_leases(
    beating: Heartbeat, clock: Clock, abandoned: UUID, find: Callable[[UUID], Run]
) -> None:
    """S2: the whole machine may have slept."""
    beating.keep([])
    clock.seconds += 4
    beating.keep([])
    assert find(abandoned).state is State.RUNNING

    clock.seconds += 2
    beating.keep([])
    assert find(abandoned).state is State.LOST


def test_a_beat_extends_the_leases_of_what_runs_here(
    beating: Heartbeat, abandoned: UUID, database: Database, find: Callable[[UUID], Run]
) -> None:
    """S2."""
    with database.transaction() as session:
        session.get_one(Run, abandoned).owner = "me"
    lease, began = timedelta(seconds=8), datetime.now(UTC)

    beating.keep([abandoned])

    until = find(abandoned).lease_until
    assert until is not None
    assert began + lease <= until <= datetime.now(UTC) + lease


def test_the_ledger_is_pruned_at_the_start_and_once_an_hour(
    beating: Heartbeat, clock: Clock, database: Database, queue: Callable[..., UUID]
) -> None:
    """S13."""

    def old() -> UUID:
        run_id = queue(WORK)
        with database.transaction() as session:
            run = session.get_one(Run, run_id)
            run.state, run.finished_at = State.SUCCEEDED, datetime(2020, 1, 1, tzinfo=UTC)
        return run_id

    def kept(run_id: UUID) -> bool:
        with database.snapshot() as session:
            return session.get(Run, run_id) is not None

    first = old()
    beating.keep([])
    assert not kept(first)

    second = old()
    clock.seconds += 3600
    beating.keep([])
    assert kept(second)
    clock.seconds += 3
    beating.keep([])
    assert not kept(second)


def test_what_is_left_to_prune_is_pruned_at_the_next_beat(
    beating: Heartbeat,
    clock: Clock,
    database: Database,
    queue: Callable[..., UUID],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sweep, "PRUNED_AT_ONCE", 1)
    old = [queue(WORK) for _ in range(2)]
    with database.transaction() as session:
        ended = {"state": State.SUCCEEDED, "finished_at": datetime(2020, 1, 1, tzinfo=UTC)}
        session.execute(update(Run).where(Run.id.in_(old)).values(ended))

    for _ in range(3):
        clock.seconds += 8
        beating.keep([])

    with database.snapshot() as session:
        assert session.scalars(select(Run.id)).all() == []
