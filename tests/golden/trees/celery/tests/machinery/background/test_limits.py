"""Which runs are claimed first, and which wait for a limit."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel
from sqlalchemy import Row, event, text
from sqlalchemy.orm import Session

from shop.background import (
    Enqueue,
    RunContext,
    Task,
    claim,
    ledger,
    rates,
    sweep,
)
from shop.background.beats import beat
from shop.background.candidates import (
    LATER,
    PROMOTE,
    candidates,
    is_waiting,
)
from shop.background.claim import Limit
from shop.background.models import Run, State
from shop.background.rates import Rate
from shop.database import Database

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


class Customer(BaseModel):
    number: int = 0


def ignore(_payload: Customer, _context: RunContext) -> None:
    pass


WORK = Task(name="work", payload=Customer, function=ignore)
LOW = Task(name="low", payload=Customer, function=ignore, priority=-2)
RATED = Task(name="rated", payload=Customer, function=ignore, rate_limit="2/minute")
SYNC = Task(name="sync", payload=Customer, function=ignore, concurrency_key=lambda of: of.number)
NARROW = Task(name="narrow", payload=Customer, function=ignore, max_concurrency=1)
LIMITS = {work.name: Limit.of(work) for work in (WORK, LOW, RATED, SYNC, NARROW)}
Add = Callable[..., UUID]
Take = Callable[..., list[UUID]]


@pytest.fixture
def add(session: Session) -> Add:
    """Queue a run that is due `at` a time, with a priority or concurrency key of its own."""

    def add(
        task: Task[Customer], at: datetime = NOW, now: datetime = NOW, **values: object
    ) -> UUID:
        row = ledger.row(task, now, at=at, payload="{}")
        if "priority" in values:
            row = ledger.row(task, now, at=at, payload="{}", priority=int(str(values["priority"])))
        [run_id] = ledger.add_rows(session, [{**row, **values}])
        return run_id

    return add


@pytest.fixture
def take(session: Session) -> Take:
    """Claim runs as a process does; return their ids."""
    for process in ("me", "somebody"):
        beat(session, process, 1, NOW, NOW)

    def take(*, owner: str = "me", slots: int = 10, now: datetime = NOW) -> list[UUID]:
        runs = claim.claim(session, LIMITS, now, owner=owner, slots=slots)
        return [run.id for run in runs]

    return take


@pytest.fixture
def end(session: Session) -> Callable[[UUID], None]:
    """Let a run end."""

    def end(run_id: UUID) -> None:
        run = session.get_one(Run, run_id, populate_existing=True)
        run.state, run.held_by, run.finished_at = State.SUCCEEDED, None, NOW
        session.flush()

    return end


def test_a_higher_priority_starts_first_and_within_one_the_oldest(add: Add, take: Take) -> None:
    newest = add(WORK)
    oldest = add(WORK, NOW - 2 * SECOND)
    urgent = add(WORK, priority=1)
    low = add(LOW, NOW - 3 * SECOND)

    assert [take(slots=1)[0] for _ in range(4)] == [urgent, oldest, newest, low]


def test_a_low_priority_starts_before_those_that_came_hours_later(add: Add, take: Take) -> None:
    """Nothing waits for ever: each point of priority is worth one hour."""
    low = add(LOW, NOW - timedelta(hours=2, seconds=1))
    usual = [add(WORK) for _ in range(3)]

    assert take(slots=1) == [low]
    assert {*take()} == {*usual}


def test_a_run_is_scheduled_until_its_time_and_then_takes_its_place(
    add: Add, take: Take, session: Session
) -> None:
    usual = add(WORK, NOW + SECOND, now=NOW + SECOND)
    early = add(WORK, NOW + SECOND / 2)
    urgent = add(WORK, NOW + SECOND, priority=1)
    assert session.get_one(Run, urgent).state is State.SCHEDULED

    assert take(now=NOW) == []
    assert is_waiting(session, LIMITS, NOW + SECOND)
    assert take(now=NOW + SECOND) == [urgent, early, usual]


def test_no_more_are_queued_at_once_than_is_quick(
    add: Add, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    promote = PROMOTE.where(Run.id.in_(LATER.limit(1)))
    monkeypatch.setattr(
        "shop.background.candidates.PROMOTE",
        promote,
    )
    scheduled = {add(WORK, NOW + SECOND) for _ in range(2)}

    first, second = take(now=NOW + SECOND), take(now=NOW + SECOND)

    assert (len(first), len(second), {*first, *second}) == (1, 1, scheduled)


@pytest.mark.parametrize(
    ("written", "rate"),
    [
        ("3/second", Rate(3, SECOND)),
        ("100/minute", Rate(100, MINUTE)),
        ("1/hour", Rate(1, 60 * MINUTE)),
        ("5/day", Rate(5, timedelta(days=1))),
    ],
)
def test_a_rate_limit_is_read(written: str, rate: Rate) -> None:
    assert Rate.parse(written) == rate
    work = Task(name="rated", payload=Customer, function=ignore, rate_limit=written)
    assert Limit.of(work).rate == rate


@pytest.mark.parametrize("written", ["0/minute", "-1/day", "5", "5/week", "x/hour", "", "1.5/day"])
def test_a_task_with_another_rate_limit_is_refused(written: str) -> None:
    known = "a rate limit is such as 100/minute, in second, minute, hour, day: "
    with pytest.raises(ValueError, match=f"^{known}{re.escape(repr(written))}$"):
        Task(name="rated", payload=Customer, function=ignore, rate_limit=written)


def test_no_more_start_in_any_window_than_the_rate_limit(
    add: Add, take: Take, end: Callable[[UUID], None]
) -> None:
    """The window slides, and all processes count."""
    runs = [add(RATED, NOW - n * SECOND) for n in (5, 4, 3, 2, 1)]
    other = add(WORK)

    assert take(slots=1, now=NOW) == [runs[0]]
    assert take(owner="somebody", now=NOW + 40 * SECOND) == [runs[1], other]
    end(runs[0])
    assert take(now=NOW + 59 * SECOND) == []
    assert take(now=NOW + 60 * SECOND) == [runs[2]]
    assert take(now=NOW + 99 * SECOND) == []
    assert take(now=NOW + 100 * SECOND) == [runs[3]]


def test_each_attempt_counts_for_the_rate(add: Add, take: Take, session: Session) -> None:
    run_id = add(RATED)
    for _ in range(2):
        assert take() == [run_id]
        run = session.get_one(Run, run_id, populate_existing=True)
        run.state, run.held_by = State.QUEUED, None
        session.flush()

    assert take() == []


def test_a_start_that_never_was_is_given_back(add: Add, take: Take, session: Session) -> None:
    """T10: by its own attempts, and not by those of another run."""
    add(WORK, state=State.SUCCEEDED, attempt=9)
    for _ in range(2):
        add(RATED)
    claimed = take()
    assert len(claimed) == 2

    sweep.requeue_unbegun(session, [], "me", claimed)

    assert {*take()} == {*claimed}
    sweep.requeue_unbegun(session, [], "me", [])
    add(RATED)
    assert take() == []


def test_a_rate_counts_the_starts_of_its_own_task(session: Session) -> None:
    """And forgets no start that still counts for another task, in a longer window."""
    daily, minutely = Rate(1, 24 * 60 * MINUTE), Rate(1, MINUTE)
    rates.record(session, "daily", [(uuid4(), 1)], NOW - 2 * MINUTE)
    rates.record(session, "daily", [(uuid4(), 1)], NOW)

    assert rates.left(session, "minutely", minutely, NOW) == 1
    assert rates.left(session, "daily", daily, NOW) == -1


def test_a_clock_that_was_set_back_delays_no_more_than_a_window(
    add: Add, take: Take, session: Session
) -> None:
    """S17."""
    ahead = NOW + 3 * MINUTE
    rates.record(session, "rated", [(uuid4(), 1), (uuid4(), 1)], ahead)
    run_id = add(RATED)

    assert take() == [run_id]
    assert take(now=ahead) == []


def test_of_the_same_key_one_runs_at_a_time(
    add: Add, take: Take, end: Callable[[UUID], None]
) -> None:
    first, second = (add(SYNC, NOW - n * SECOND, concurrency_key="sync 1") for n in (3, 2))
    other = add(SYNC, NOW - SECOND, concurrency_key="sync 2")
    keyless = [add(SYNC), add(SYNC)]

    assert take(slots=2) == [first]
    assert {*take(owner="somebody")} == {other, *keyless}
    assert take() == []
    end(first)
    assert take() == [second]


def test_of_the_same_key_one_starts_at_a_time_also_behind_another(add: Add, take: Take) -> None:
    seconds = ((3, "sync 1"), (2, "sync 2"), (1, "sync 1"))
    runs = [add(SYNC, NOW - n * SECOND, concurrency_key=key) for n, key in seconds]

    assert take() == runs[:2]


def test_what_waits_for_a_key_hides_no_other_key(add: Add, take: Take) -> None:
    """However few are looked at, because few threads are free."""
    first = add(SYNC, NOW - 9 * SECOND, concurrency_key="sync 1")
    assert take(slots=1) == [first]
    for n in (8, 7, 6):
        add(SYNC, NOW - n * SECOND, concurrency_key="sync 1")
    other = add(SYNC, concurrency_key="sync 2")

    assert take(slots=1) == [other]


def test_the_key_is_that_of_the_payload(session: Session) -> None:
    accepted = Enqueue.within(session)(SYNC, Customer(number=7))

    assert session.get_one(Run, accepted.run_id).concurrency_key == "sync 7"


def test_what_waits_for_a_limit_hides_nothing(add: Add, take: Take) -> None:
    narrow = [add(NARROW, NOW - MINUTE, priority=5) for _ in range(9)]
    other = add(WORK)

    taken = take(slots=2)

    assert taken[0] in narrow
    assert taken[1:] == [other]
    assert take(slots=2) == []


def test_a_run_that_was_cancelled_at_this_moment_is_not_started(
    add: Add, take: Take, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, kept = add(WORK, NOW - SECOND), add(WORK)

    def find_and_cancel(*arguments: Any, **named: Any) -> Sequence[Row[Any]]:  # noqa: ANN401
        found = candidates(*arguments, **named)
        session.get_one(Run, gone).state = State.CANCELLED
        session.flush()
        return found

    monkeypatch.setattr(claim, "candidates", find_and_cancel)

    assert take() == [kept]


def test_of_many_hundreds_of_names_the_first_runs_are_found(
    add: Add, take: Take, session: Session
) -> None:
    """S5: SQLite unites no more than 500 in one statement."""
    names = {"low": Limit(), **{f"work_{n}": Limit() for n in range(600)}, "work": Limit()}
    assert take() == []
    late, early = add(WORK, NOW - SECOND), add(LOW, NOW - timedelta(days=1))

    first = claim.claim(session, names, NOW, owner="me", slots=1)

    assert [run.id for run in first] == [early]
    assert take() == [late]


@pytest.mark.parametrize("key", [None, "sync 1"])
def test_a_claim_reads_few_runs_however_many_wait(
    key: str | None, add: Add, take: Take, session: Session, database: Database
) -> None:
    """An index has the runs of each name in their order."""
    add(SYNC, concurrency_key="sync 1")
    take()
    add(SYNC, concurrency_key=key)
    add(RATED)
    sent: list[tuple[str, Any]] = []
    event.listen(
        database.engine,
        "before_cursor_execute",
        lambda _connection, _cursor, sql, values, _context, _many: sent.append((sql, values)),
    )
    take(now=NOW + SECOND)
    for way in ("seqscan", "bitmapscan", "sort"):  # in small tables these are as quick
        session.execute(text(f"SET LOCAL enable_{way} = off"))
    rows = [
        str(row[0])
        for sql, values in list(sent)
        if "FROM fastforge_runs" in sql or "UPDATE fastforge_runs" in sql
        for row in session.connection().exec_driver_sql(f"EXPLAIN {sql}", values)
    ]

    steps = [row for row in rows if "fastforge_runs" in row and "Update" not in row]
    places = [step for step in steps if "ix_fastforge_runs_place" in step]
    assert len(places) == len(LIMITS)
    assert [step for step in steps if "Seq Scan" in step or step.startswith("SCAN")] == []


def test_a_look_and_a_claim_read_an_index_while_many_wait_for_later(
    take: Take, session: Session, database: Database
) -> None:
    """PostgreSQL does not know that what is due has ended, and what waits is not due."""
    done = {"state": State.SUCCEEDED, "finished_at": NOW}
    rows = [ledger.row(WORK, NOW, at=NOW - SECOND) | done for _ in range(1000)]
    rows += [ledger.row(WORK, NOW, at=NOW + timedelta(days=1)) for _ in range(1000)]
    ledger.add_rows(session, rows)
    session.execute(text("ANALYZE fastforge_runs"))
    sent: list[tuple[str, Any]] = []
    event.listen(
        database.engine,
        "before_cursor_execute",
        lambda _connection, _cursor, sql, values, _context, _many: sent.append((sql, values)),
    )

    assert not is_waiting(session, ["work"], NOW)
    assert take() == []

    plans = [
        row[0]
        for sql, values in list(sent)
        if "scheduled" in f"{sql} {values}"
        for row in session.connection().exec_driver_sql(f"EXPLAIN {sql}", values)
    ]
    assert any("ix_fastforge_runs_claim" in step for step in plans)
    assert any("ix_fastforge_runs_scheduled" in step for step in plans)
    assert [step for step in plans if "Seq Scan on fastforge_runs" in step] == []
