# ruff: noqa: PLR0913, PLR0917 (fixtures are arguments)
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import BaseModel
from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from shop.background import (
    RunContext,
    Task,
    heartbeat,
    overdue,
)
from shop.background import clock as clock_of_work
from shop.background.beats import RunnerProcess
from shop.background.dead_letters import DeadLetters
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
    return Heartbeat(
        "me", database, work, lambda *what: counted.append(what), DeadLetters(settings)
    )


@pytest.fixture
def other(settings: Settings, database: Database) -> Heartbeat:
    """Give the heartbeat of another process."""
    settings = settings.model_copy(update={"lease_seconds": 8})
    return Heartbeat("other", database, {"work": WORK}, lambda *_what: None, DeadLetters(settings))


@pytest.fixture
def hold(queue: Callable[..., UUID], database: Database) -> Callable[..., UUID]:
    """Make a run that a process holds; return its id."""

    def hold(holder: str, state: State = State.RUNNING, *, begun: bool = True) -> UUID:
        run_id = queue(WORK)
        with database.transaction() as session:
            run = session.get_one(Run, run_id)
            run.state, run.owner, run.held_by, run.attempt = state, holder, holder, 1
            run.started_at = run.created_at if begun else None
        return run_id

    return hold


def pass_time(clock: Clock, seconds: float, *hearts: Heartbeat) -> None:
    """Let time pass, with beats twice a second."""
    for _ in range(int(seconds * 2)):
        clock.seconds += 0.5
        for heart in hearts:
            heart.beat_if_due([])


def test_a_run_of_a_process_that_beats_no_more_is_found_after_a_lease(
    beating: Heartbeat,
    other: Heartbeat,
    clock: Clock,
    hold: Callable[..., UUID],
    find: Callable[[UUID], Run],
    beats: Callable[[str], int],
    counted: list[tuple[object, ...]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """S2, T6."""
    other.beat_if_due([])
    run_id, over = hold("other"), hold("other", State.TIMED_OUT)
    pass_time(clock, 8, beating)
    assert find(run_id).state is State.RUNNING

    pass_time(clock, 3, beating)

    assert (find(run_id).state, find(run_id).held_by) == (State.LOST, None)
    assert (find(over).state, find(over).held_by) == (State.TIMED_OUT, None)
    assert (beats("other"), beats("me")) == (0, 6)
    assert counted == [("task", "work", State.LOST, None)]
    assert "found cut off: 1 runs of work, now lost" in caplog.messages
    assert caplog.messages.count("process other is gone") == 1


def test_what_a_living_process_holds_is_never_taken(
    beating: Heartbeat,
    other: Heartbeat,
    clock: Clock,
    hold: Callable[..., UUID],
    find: Callable[[UUID], Run],
) -> None:
    """S17: for any duration of the run, and with any wall clock."""
    run_id = hold("other")

    for _ in range(40):  # five leases
        clock.seconds += 1
        other.beat_if_due([run_id])
        beating.beat_if_due([])

    assert (find(run_id).state, find(run_id).held_by) == (State.RUNNING, "other")


def test_runs_of_who_is_in_no_table_are_found_too(
    beating: Heartbeat, clock: Clock, hold: Callable[..., UUID], find: Callable[[UUID], Run]
) -> None:
    """S17: its row was deleted, or its code is of an older version."""
    run_id = hold("of old")
    pass_time(clock, 8, beating)
    assert find(run_id).state is State.RUNNING

    pass_time(clock, 3, beating)

    assert find(run_id).state is State.LOST


def test_who_was_given_up_and_wakes_is_there_again(
    beating: Heartbeat, other: Heartbeat, clock: Clock, beats: Callable[[str], int]
) -> None:
    """S17: it may have been stopped."""
    pass_time(clock, 4, beating, other)
    pass_time(clock, 11, beating)
    assert beats("other") == 0

    pass_time(clock, 20, beating, other)

    assert beats("other") > 2
    assert beats("me") > 2


def test_after_a_stall_nothing_is_swept_before_everybody_could_beat(
    beating: Heartbeat,
    other: Heartbeat,
    clock: Clock,
    hold: Callable[..., UUID],
    find: Callable[[UUID], Run],
) -> None:
    """S2: the machine may have slept, or the database may have stalled for all."""
    pass_time(clock, 4, beating, other)
    run_id = hold("other")

    clock.seconds += 60
    beating.beat_if_due([])
    pass_time(clock, 4, beating)
    assert find(run_id).state is State.RUNNING

    pass_time(clock, 7, beating)
    assert find(run_id).state is State.LOST


def test_who_could_not_beat_itself_takes_nobody_for_dead(
    beating: Heartbeat,
    other: Heartbeat,
    clock: Clock,
    hold: Callable[..., UUID],
    find: Callable[[UUID], Run],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """S2: such as on a full disk, where reads work and writes fail."""
    pass_time(clock, 4, beating, other)
    run_id = hold("other")

    def fail(_session: Session, _now: datetime) -> None:
        raise OperationalError("", None, Exception())

    with monkeypatch.context() as full:
        full.setattr(clock_of_work, "correct_waits", fail)
        for _ in range(5):
            clock.seconds += 3
            with pytest.raises(OperationalError):
                beating.beat_if_due([])
    pass_time(clock, 8, beating)

    assert find(run_id).state is State.RUNNING


def test_what_this_process_claimed_and_never_began_waits_again(
    beating: Heartbeat,
    clock: Clock,
    hold: Callable[..., UUID],
    find: Callable[[UUID], Run],
    counted: list[tuple[object, ...]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """T10: the answer to its claim may be lost, or no thread could be started."""
    unheard, threadless = hold("me", begun=False), hold("me")
    beating.never_begun.add(threadless)

    beating.beat_if_due([])

    for run_id in (unheard, threadless):
        run = find(run_id)
        assert (run.state, run.attempt, run.held_by) == (State.QUEUED, 0, None)
    assert not beating.never_begun
    assert counted == []
    assert "claimed but never begun: 2 runs of work, queued again" in caplog.messages

    begun = hold("me")  # such as one whose thread broke
    clock.seconds += 3
    beating.beat_if_due([])
    assert find(begun).state is State.LOST


def test_it_beats_when_it_is_time_or_something_went_wrong(
    beating: Heartbeat, clock: Clock, beats: Callable[[str], int]
) -> None:
    """S2, T10."""
    beating.beat_if_due([])
    clock.seconds += 1.9
    beating.beat_if_due([])
    assert beats("me") == 1

    clock.seconds += 0.2
    beating.beat_if_due([])
    assert beats("me") == 2

    beating.beat_soon()
    beating.beat_if_due([])
    assert beats("me") == 3


def test_who_ends_leaves_the_table_and_nothing_held(
    beating: Heartbeat,
    hold: Callable[..., UUID],
    find: Callable[[UUID], Run],
    beats: Callable[[str], int],
) -> None:
    """T6, T10."""
    unbegun, cut_off = hold("me", begun=False), hold("me")
    beating.beat_if_due([unbegun, cut_off])
    again = hold("me")
    beating.never_begun.add(again)
    assert beats("me") == 1

    beating.leave()

    assert beats("me") == 0
    assert (find(unbegun).state, find(unbegun).attempt) == (State.QUEUED, 0)
    assert (find(again).state, find(again).attempt) == (State.QUEUED, 0)
    assert (find(cut_off).state, find(cut_off).held_by) == (State.INTERRUPTED, None)


def test_a_process_tells_where_it_runs(beating: Heartbeat, database: Database) -> None:
    began = datetime.now(UTC)
    beating.beat_if_due([])
    with database.snapshot() as session:
        process = session.get_one(RunnerProcess, "me")
    assert process.pid > 0
    assert process.host
    assert process.started_at <= process.seen_at
    assert began <= process.seen_at <= datetime.now(UTC)


def test_what_nobody_gets_to_is_logged_once(
    beating: Heartbeat,
    clock: Clock,
    queue: Callable[..., UUID],
    hold: Callable[..., UUID],
    database: Database,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """S22."""
    caplog.set_level("INFO", overdue.__name__)
    queue(WORK, datetime.now(UTC) - timedelta(seconds=50))
    queue(WORK, datetime.now(UTC) - timedelta(seconds=70))
    stuck = hold("me", State.TIMED_OUT)

    for _ in range(3):
        clock.seconds += 3
        beating.beat_if_due([stuck])

    told = "queued for too long: work 1; slots held past their timeout: work 1"
    assert str(beating.overdue.found) == told
    assert caplog.messages.count(told) == 1

    with database.transaction() as session:
        session.execute(update(Run).values(state=State.SUCCEEDED, held_by=None))
    clock.seconds += 3
    beating.beat_if_due([])
    assert not str(beating.overdue.found)
    assert caplog.messages[-1] == "nothing is overdue any more"
